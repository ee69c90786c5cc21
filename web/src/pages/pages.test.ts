import { describe, expect, test } from 'vitest'
import type { Batch, DatasetLine } from '../api/types'
import { readings } from '../kit/pinyin'
import { table } from '../kit/pinyin-table'
import { standings } from '../kit/standing'
import { isOpen, menu } from '../shell/menu'
import { counts, fromAddress, narrowed } from './catalogue/filter'
import { defaultMode, suggested } from './deliver/suggest'
import { largestQuarantines, todos, troubled } from './home/todo'

const now = Date.parse('2026-01-10T00:00:00Z')
const line = (part: Partial<DatasetLine>): DatasetLine => ({
  id: 'population.resident', title: '常住人口登记', owner: '市公安局', origin: 'collect', refresh: 'daily', grade: 'general-3',
  rows: 10, version: 0, last_at: '2026-01-09T20:00:00Z', last_batch: 'b1', ...part,
})
const batch = (part: Partial<Batch>): Batch => ({
  id: 'b1', dataset: 'population.resident', status: 'collected', mode: 'snapshot', delivered_as: 'a.csv', delivered_by: 'x',
  rows_in: 10, rows_kept: 8, rows_superseded: 0, rows_quarantined: 2, rows_deleted: 0, score: 97,
  started_at: '2026-01-09T20:00:00Z', ...part,
})
const lines = [
  line({}),
  line({ id: 'housing.property', title: '房屋登记', owner: '市住建局', grade: 'general-4', last_at: '2025-12-01T00:00:00Z' }),
]
const known = readings(table)

describe('standing of a dataset', () => {
  test('a delivery that changed nothing does not hide the score of the one before', () => {
    const [first] = standings(lines, [batch({ id: 'b2', status: 'unchanged', score: null }), batch({})], [], now)
    expect(first).toMatchObject({ score: 97, pack: 'population', lamp: 'good', batch: { id: 'b1' } })
  })
  test('a notice of the program makes it late', () => {
    const late = { id: 1, dataset: 'population.resident', source: 's', kind: 'late', message: 'm', at: '2026-01-09T00:00:00Z' }
    expect(standings(lines, [], [late], now)[0]?.lamp).toBe('late')
  })
})

describe('catalogue', () => {
  const all = standings(lines, [], [], now)
  const filter = (text: string) => fromAddress(new URLSearchParams(text))
  test('the address holds the whole state', () => {
    expect(filter('q=rk&owner=市公安局,市住建局').chosen.owner).toEqual(['市公安局', '市住建局'])
    expect(filter('q=rk').typed).toBe('rk')
  })
  test('search and facets narrow together', () => {
    expect(narrowed(all, filter('q=fwdj'), known).map((one) => one.id)).toEqual(['housing.property'])
    expect(narrowed(all, filter('lamp=late')).map((one) => one.id)).toEqual(['housing.property'])
    expect(narrowed(all, filter('q=fwdj&owner=市公安局'), known)).toEqual([])
  })
  test('a facet counts what its values would leave, whatever is chosen in itself', () => {
    expect(counts(all, filter('owner=市公安局'), 'owner')).toHaveLength(2)
    expect(counts(all, filter('owner=市公安局'), 'grade')).toEqual([['general-3', 1]])
  })
})

describe('home', () => {
  test('there are always three things to do, failures first', () => {
    const waiting = batch({ id: 'b0', dataset: 'housing.property' })
    const all = standings(lines, [batch({ status: 'refused' }), waiting], [], now)
    expect(todos(all, [], [waiting]).map((todo) => todo.kind)).toEqual(['failed', 'quarantine', 'deliver'])
    expect(todos([], [], []).map((todo) => todo.kind)).toEqual(['deliver', 'browse', 'ask'])
  })
  test('the largest quarantines are looked into first, and none that was undone', () => {
    const recent = [batch({ id: 'a' }), batch({ id: 'b', rows_quarantined: 9 }), batch({ id: 'c', status: 'undone', rows_quarantined: 99 })]
    expect(largestQuarantines(recent, 5).map((one) => one.id)).toEqual(['b', 'a'])
  })
  test('what is late or scores low needs a look', () => {
    expect(troubled(standings(lines, [], [], now)).map((one) => one.id)).toEqual(['housing.property'])
  })
})

describe('deliver', () => {
  test('a dataset is proposed by the name of the file, and only when one fits best', () => {
    expect(suggested('常住人口登记_20251231.csv', lines)?.id).toBe('population.resident')
    expect(suggested('housing.property.csv', lines)?.id).toBe('housing.property')
    expect(suggested('登记表.csv', lines)).toBeUndefined()
  })
  test('without a source the mode takes nothing away', () => expect(defaultMode([], 'a.b')).toBe('upsert'))
})

test('a dataset belongs to the catalogue in the menu', () => {
  const open = menu.filter((item) => isOpen(item, '/datasets/population.resident'))
  expect(open.map((item) => item.to)).toEqual(['/catalogue'])
  expect(menu.filter((item) => isOpen(item, '/')).map((item) => item.to)).toEqual(['/'])
})
