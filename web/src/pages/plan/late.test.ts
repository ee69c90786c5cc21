import { describe, expect, test } from 'vitest'
import type { LateItem, PlanTask } from '../../api/plans'
import { lampBy, otherwise } from './tasks'
import { byOffice, isOpen, itemOf, nameOf } from './late'

const late = (part: Partial<LateItem> = {}): LateItem => ({
  item: 'node/1.1.1', title: '2025年3月底阶段进展', point: 1, task: '1.1', task_title: '新增5G基站1200座', unit: '市工信局', due: { day: '2025-03-31', is_presumed: false }, days_left: -5, rule: 'supervise_days', rest: [], ...part,
})

describe('what is late', () => {
  test('stands by office, the one with what is most behind first, and those without one by themselves', () => {
    const items = [late({ unit: '市农业局', days_left: -40 }), late(), late({ item: 'node/2.1.1', unit: null, days_left: 3 }), late({ item: 'target/4', unit: '市农业局', days_left: -2 })]
    expect(byOffice(items).map(({ unit, items: own, longest }) => [unit, own.length, longest])).toEqual([['市农业局', 2, 40], ['市工信局', 1, 5], [undefined, 1, undefined]])
  })
  test('is named with the task that it is a step of', () => {
    expect(nameOf(late())).toBe('新增5G基站1200座 · 2025年3月底阶段进展')
    expect(nameOf(late({ item: 'target/4', title: '新增5G基站1200座' }))).toBe('新增5G基站1200座')
    expect(itemOf('node/1.1.1', () => '节点')).toBe('节点 1.1.1')
  })
  test('is folded where the list is long', () => {
    expect([isOpen([late()]), isOpen(Array.from({ length: 373 }, () => late()))]).toEqual([true, false])
  })
})

describe('the lamp of a task', () => {
  const counts = { 'not-begun': 0, 'on-course': 0, near: 0, late: 0, done: 0, 'done-late': 0 }
  const node = (id: string, lamp: string) => ({ id, title: '', due: '2025-03-31', standing: { lamp } })
  const task = { id: '1.2', point: 1, target: 2, title: '', supports: [], counties: [], due: '2025-12-31', nodes: [node('1.2.1', 'done-late'), node('1.2.2', 'done')], standing: { lamp: 'done-late', nodes: counts, copies: { ...counts, 'done-late': 1 } } } as unknown as PlanTask
  test('says by which node and of how many counties it is', () => {
    expect(lampBy(task)).toEqual({ nodes: ['1.2.1'], counties: 1 })
    expect(lampBy({ ...task, standing: { ...task.standing!, lamp: 'done' } })).toEqual({ nodes: [], counties: 0 })
  })
  test('is told beside its target where that has another one', () => {
    expect(otherwise([task], 2, 'done')?.id).toBe('1.2')
    expect(otherwise([task], 2, 'done-late')).toBeUndefined()
    expect(otherwise([{ ...task, of: '1.2' }], 2, 'done')).toBeUndefined()
  })
})
