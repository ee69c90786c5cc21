import { describe, expect, test } from 'vitest'
import type { MetricAnswer } from '../../api/metrics'
import type { Plan, PlanBinding, PlanTarget, PlanTask } from '../../api/plans'
import { faultsOfBinding, fieldsOf, isSameBinding, refusedField, toBinding, toBindingForm } from './binding'
import { countiesAsk, faultsOfShares, firstShares, leastOf, linesOf, newShares, numbersOfCounties, reachedOf, settled, shareEdits, splitOf, sumOf, toLines, withLine } from './counties'
import { aboutOf, byItem, closingOf, comesAlong, namesOf } from './difference'
import { finishOf } from './nodes'
import { edges } from './paper'
import { taken } from './tasks'
import { waitingChanges, waitingEvidence, waitingFirst } from './waiting'

const counts = { 'not-begun': 0, 'on-course': 0, near: 0, late: 0, done: 0, 'done-late': 0 }
const task = (part: Partial<PlanTask> = {}): PlanTask => ({ id: '1.1', point: 1, title: '新增基站', supports: [], counties: [], due: '2026-12-31', nodes: [], target: 4, ...part })
const copy = (number: number, county: string, quantity: number | null): PlanTask => task({ id: `1.1-${number}`, of: '1.1', county, quantity, lead: county })
const target = (binding: Partial<PlanBinding> = {}, value: number | string = 120): PlanTarget => ({
  number: 4, sentence: 3, point: 1, literal: '新增基站120座', offset: 12, value, unit: '座', comparison: '=', due: '2026-12-31', kind: 'target', origin: 'read', state: 'accepted', doubts: [],
  binding: { kind: 'metric', id: 'telecom.new_station', way: 'year-sum', against_year_before: false, ...binding },
})
const tasks = [task(), copy(1, '亭湖区', 70), copy(2, '盐都区', 60)]
const split = (actuals: [string, number][] = [], all = tasks) =>
  splitOf(task(), all, [target()], new Map([[4, new Map(actuals.map(([county, value]) => [county, { value, ask: undefined }]))]]))

describe('shares of counties', () => {
  test('are told with their sums beside the target of the city', () => {
    const { whole, sum, reached, shares } = split([['亭湖区', 35], ['盐都区', 90], ['东台市', 400]])
    expect([whole, sum, reached]).toEqual([120, 130, 125])
    expect(shares.map((share) => reachedOf(share))).toEqual([0.5, 1])
    expect(split([], [task(), copy(1, '亭湖区', null)])).toMatchObject({ sum: undefined, reached: undefined })
  })
  test('that no number tells are told by the nodes that are done', () => {
    const node = { id: '1.1-1.1', title: '一季度', due: '2026-03-31' }
    const half = { ...copy(1, '亭湖区', 70), nodes: [node, { ...node, id: '1.1-1.2' }], standing: { nodes: { ...counts, done: 1, late: 1 } } } as PlanTask
    expect(split([], [task(), half]).shares.map((share) => reachedOf(share))).toEqual([0.5])
  })
  test('need not reach what the target allows at most', () => {
    const least = (comparison: string) => leastOf({ whole: 10, target: { comparison } as Parameters<typeof leastOf>[0]['target'] })
    expect(['=', '>=', '<=', '<'].map(least)).toEqual([10, 10, undefined, undefined])
  })
  test('are given to all counties or to none, and reach the target', () => {
    const lines = toLines(split())
    expect(faultsOfShares(lines, 120)).toEqual({ lines: [undefined, undefined], all: undefined })
    expect(faultsOfShares(lines.map((line) => ({ ...line, quantity: '59' })), 120).all).toBe('below')
    expect(faultsOfShares(lines.map((line) => ({ ...line, quantity: '60' })), 120).all).toBeUndefined()
    expect(faultsOfShares(lines.map((line, at) => (at ? line : { ...line, quantity: '' })), 120).all).toBe('some-missing')
    expect(faultsOfShares(lines.map((line) => ({ ...line, quantity: '' })), 120).all).toBeUndefined()
    expect(faultsOfShares([...lines, { copy: undefined, county: '亭湖区', quantity: '1' }, { copy: undefined, county: '', quantity: '1' }], 120).lines.slice(2)).toEqual(['twice', 'county'])
    expect(faultsOfShares([{ copy: undefined, county: '东台市', quantity: '-1' }], undefined).lines).toEqual(['number'])
  })
  test('that are otherwise are edited, and new counties get a copy', () => {
    const lines = [...toLines(split()).map((line, at) => (at ? line : { ...line, quantity: '８０' })), { copy: undefined, county: ' 东台市 ', quantity: '1,200' }]
    expect(shareEdits(split(), lines)).toEqual([{ op: 'set', item: 'task/1.1-1', fields: { quantity: 80 } }])
    expect(newShares(lines)).toEqual([{ county: '东台市', quantity: 1200 }])
    expect(sumOf(lines)).toBe(1340)
  })
  test('are written over those of the plan, and a new county comes before the others are edited', () => {
    const first = { copy: undefined, county: ' 东台市 ', quantity: '40' }
    const written = withLine(withLine({ quantities: {}, added: [{ copy: undefined, county: '', quantity: '' }] }, first, 0), { copy: '1.1-1', county: '亭湖区', quantity: '20' }, -2)
    expect(linesOf(split(), written).map(({ county, quantity }) => [county.trim(), quantity])).toEqual([['亭湖区', '20'], ['盐都区', '60'], ['东台市', '40']])
    expect(firstShares(split(), newShares(written.added))).toEqual([{ county: '东台市', quantity: 40 }])
    const after = split([], [...tasks, copy(3, '东台市', 40)])
    expect(settled(written, after)).toEqual({ quantities: { '1.1-1': '20', '1.1-3': '40' }, added: [] })
    const later = { copy: undefined, county: '射阳县', quantity: '5' }
    expect(settled({ ...written, added: [...written.added, later] }, after).added).toEqual([later])
    expect(shareEdits(after, linesOf(after, settled(written, after)))).toEqual([{ op: 'set', item: 'task/1.1-1', fields: { quantity: 20 } }])
  })
  test('come with a number where the others have one, and without where they have none', () => {
    const added = [{ county: '东台市', quantity: 40 }, { county: '大丰区', quantity: null }]
    const quantities = (before: PlanTask[]) => firstShares(split([], [task(), ...before]), added).map(({ quantity }) => quantity)
    expect(quantities([copy(1, '亭湖区', 120)])).toEqual([40, 0])
    expect(quantities([copy(1, '亭湖区', null)])).toEqual([null, null])
    expect(quantities([])).toEqual([40, null])
  })
  test('have a number of their own only where the metric tells amounts', () => {
    expect(countiesAsk(target())).toMatchObject({ grain: 'year', period: '2026' })
    expect(countiesAsk(target({ way: 'share' }))).toBeUndefined()
    expect(countiesAsk(target({ kind: 'by-hand', id: null, way: null }))).toBeUndefined()
    const actual = { value: 90, unit: '座', as_of: '2026-06-30', period: '2026-Q2' }
    const level = { ...target({ way: 'at-date' }), standing: { actual } } as unknown as PlanTarget
    expect(countiesAsk(level), 'of the period whose number the city has').toMatchObject({ period: '2026-Q2' })
    expect(countiesAsk(target({ way: 'at-date' }))).toBeUndefined()
    const group = (zh: string | null, value: number | null) => ({ keys: [{ dimension: 'area', value: '320902', name: zh ? { zh } : null }], points: [{ period: '2026', value }] })
    const groups = [group('亭湖区', 3), group(null, 4), group('盐都区', null)]
    const found = numbersOfCounties({ metric: 'telecom.new_station', groups } as unknown as MetricAnswer)
    expect([...found]).toEqual([['亭湖区', { value: 3, ask: { metric: 'telecom.new_station', period: '2026', only: { area: ['320902'] } } }]])
  })
  test('stand under their task until a county or a unit is asked for', () => {
    const shown = (part: object) => tasks.filter((one) => taken(one, { unit: '', county: '', lamp: '', ...part })).map(({ id }) => id)
    expect(shown({})).toEqual(['1.1'])
    expect(shown({ county: '盐都区' })).toEqual(['1.1-2'])
    expect(shown({ unit: '亭湖区' })).toEqual(['1.1-1'])
  })
})

describe('the source of a target', () => {
  const form = toBindingForm(target().binding)
  test('that was read and written again is the same', () => {
    for (const binding of [{}, { kind: 'form', id: 'industry.future_industry', metric: 'industry.future', way: 'year-sum' }, { kind: 'form', id: 'industry.future_industry', way: null }, { way: 'change', baseline: 5 }, { way: 'change', against_year_before: true }, { kind: 'open', id: null, way: null }]) {
      expect(isSameBinding(target(binding).binding, toBindingForm(target(binding).binding))).toBe(true)
    }
    expect(isSameBinding(target().binding, { ...form, way: 'at-date' })).toBe(false)
  })
  test('sends what belongs to its kind and no more', () => {
    expect(toBinding({ ...form, kind: 'by-hand' }, '没有系统')).toEqual({ kind: 'by-hand', reason: '没有系统' })
    expect(toBinding({ ...form, way: 'change', against: 'value', baseline: '1,200' }, '核对')).toEqual({ kind: 'metric', reason: '核对', id: 'telecom.new_station', way: 'change', baseline: 1200 })
    const reported = { ...form, kind: 'form', id: 'industry.future_industry', metric: 'industry.future', way: 'year-sum' }
    expect(toBinding(reported, '核对')).toEqual({ kind: 'form', reason: '核对', id: 'industry.future_industry', metric: 'industry.future', way: 'year-sum' })
    expect(toBinding({ ...reported, metric: '' }, '核对')).toEqual({ kind: 'form', reason: '核对', id: 'industry.future_industry' })
    expect(toBinding({ ...form, way: 'year-sum', against: 'year-before' }, '核对')).not.toHaveProperty('against_year_before')
  })
  test('lacks what the program would refuse', () => {
    expect(faultsOfBinding({ ...form, id: ' ', way: '' })).toEqual(['id', 'way'])
    expect(faultsOfBinding({ ...form, way: 'change', against: 'value', baseline: '一成' })).toEqual(['baseline'])
    expect(faultsOfBinding({ ...form, kind: 'open', id: '', way: '' })).toEqual([])
    expect(faultsOfBinding({ ...form, kind: 'form', way: '' })).toEqual([])
    expect(faultsOfBinding({ ...form, kind: 'form', metric: 'industry.future', way: '' })).toEqual(['way'])
    expect(fieldsOf({ ...form, kind: 'by-hand' })).toEqual(['kind'])
  })
  test('that is refused names its field', () => {
    const problem = (code: string, detail: string) => ({ type: '', title: '', status: 422, code, detail })
    expect(refusedField(problem('invalid-plan-edit', '`id`: such as `telecom.new_station`'))).toBe('id')
    // A reason has no field of its own here, so that its refusal is told below.
    expect(refusedField(problem('no-reason', 'a reason is missing'))).toBeUndefined()
    expect(refusedField(problem('invalid-plan-edit', '`quantity`: a number from 0'))).toBeUndefined()
    expect(refusedField(problem('precondition-failed', '`id` of it'))).toBeUndefined()
  })
})

describe('the difference of two baselines', () => {
  const plan = { points: [{ number: 1, label: '（一）', title: '补齐短板' }], targets: [target()] } as unknown as Plan
  test('is told item by item, in the order of the plan, by the names of the items', () => {
    const told = byItem(
      [
        { item: 'node/1.1.10', from: null, to: { title: '验收' } },
        { item: 'node/1.1.9', from: { title: '初验' }, to: null },
        { item: 'target/4', field: 'said.value', from: 120, to: 110 },
        { item: 'target/4', field: 'said.due', from: '2026-12-31', to: '2027-06-30' },
      ],
      namesOf(plan, tasks),
    )
    expect(told.map(({ item, name, sort, fields }) => [item, name, sort, fields.length])).toEqual([
      ['target/4', '新增基站120座', 'changed', 2],
      ['node/1.1.9', '初验', 'removed', 0],
      ['node/1.1.10', '验收', 'added', 0],
    ])
  })
  test('tells a task that came with its nodes as one, by what says most of it', () => {
    const came = (item: string, to: object) => ({ item, from: null, to })
    const told = byItem([came('node/1.1-1.1', { title: '一季度', due: '2026-03-31' }), came('node/1.1-1.2', { title: '二季度', due: '2026-06-30' }), came('node/1.2.1', { title: '征求意见', due: '2026-05-31' }), came('task/1.1-1', { title: '新增基站', lead: '亭湖区', supports: [], quantity: 70, due: '2026-12-31' })], new Map())
    expect(told.map(({ item, nodes, fields }) => [item, nodes, fields.map(({ field, to }) => [field, to])])).toEqual([
      ['task/1.1-1', 2, [['lead', '亭湖区'], ['quantity', 70], ['due', '2026-12-31']]],
      ['node/1.2.1', 0, [['due', '2026-05-31']]],
    ])
    const [gone] = byItem([{ item: 'target/9', from: { literal: '建成3个', said: { value: 3, unit: '个', due: '2026-12-31' } }, to: null }], new Map())
    expect([gone?.name, gone?.sort, gone?.fields[0]]).toEqual(['建成3个', 'removed', { field: 'value', from: 3, to: undefined }])
  })
})

test('a change that adds is told by what is added, not by that to which it is', () => {
  expect(aboutOf({ op: 'add', item: 'point/3' })).toEqual({ kind: 'task', to: 'point/3' })
  expect(aboutOf({ op: 'add', item: 'task/3.2' })).toEqual({ kind: 'node', to: 'task/3.2' })
  expect(aboutOf({ op: 'remove', item: 'node/3.2.1' })).toEqual({ kind: 'node', to: undefined })
})

test('the edge of a sheet holds any title as text', () => {
  const told = edges({ title: '“数字”"要点"\\', stamp: '打印', pageOf: '第 {page} 页，共 {pages} 页' })
  expect(told).toContain('content: "“数字”\\22 要点\\22 \\5c "')
  expect(told).toContain('content: "第 " counter(page) " 页，共 " counter(pages) " 页"')
})

describe('a node that is finished', () => {
  const node = { due: '2026-06-30', standing: { due: { day: '2026-07-01', is_presumed: false } } as PlanTask['nodes'][number]['standing'] }
  test('late is told before it is sent, by the day on which its date ends', () => {
    expect(finishOf(node, '2026-07-02', '2026-07-02', 0)).toEqual({ fault: undefined, needsFiles: false, lateAfter: '2026-07-01' })
    expect(finishOf(node, '2026-07-01', '2026-07-01', 0).lateAfter).toBeUndefined()
    expect(finishOf({ due: '2026-06-30' }, '2026-07-01', '2026-07-01', 0).lateAfter).toBe('2026-06-30')
  })
  test('on an earlier day is shown by documents, and on none that has not come', () => {
    expect(finishOf(node, '2026-06-30', '2026-07-02', 0)).toEqual({ fault: undefined, needsFiles: true, lateAfter: undefined })
    expect(finishOf(node, '2026-06-30', '2026-07-02', 1).needsFiles).toBe(false)
    expect(finishOf(node, '2026-07-03', '2026-07-02', 0)).toEqual({ fault: 'ahead', needsFiles: false, lateAfter: undefined })
    expect(finishOf(node, '2026-06-31', '2026-07-02', 0).fault).toBe('wrong')
  })
})

test('what waits to be decided is counted, and evidence that waits comes first', () => {
  const list = ['accepted', 'submitted', 'returned', 'submitted'].map((state, number) => ({ state, number }))
  expect(waitingEvidence(list)).toBe(2)
  expect(waitingEvidence(undefined)).toBe(0)
  expect(waitingFirst(list).map(({ number }) => number)).toEqual([1, 3, 0, 2])
  expect(waitingChanges([{ state: 'requested' }, { state: 'approved' }])).toBe(1)
})

test('the history says whether a target was closed or is open again', () => {
  const closed = { closed_on: '2026-05-31', seen: {} }
  expect(closingOf({ item: 'closing/4', to: [closed] as never })).toEqual({ on: '2026-05-31' })
  expect(closingOf({ item: 'closing/4', to: [closed, { closed_on: null, seen: {} }] as never })).toEqual({ on: undefined })
  expect(closingOf({ item: 'closing/4', to: null as never })).toBeUndefined()
  expect(closingOf({ item: 'target/4', to: [closed] as never })).toBeUndefined()
})

test('what comes along with a change is told apart from what it names', () => {
  const change = (item: string, field: string | null = 'due') => ({ item, field, from: '2026-06-30', to: '2026-05-31' }) as never
  const edits = [{ op: 'set', item: 'task/1.1' }]
  expect(comesAlong({ edits, effects: [change('task/1.1'), change('node/1.1.1')] }).map(({ item }) => item)).toEqual(['node/1.1.1'])
  expect(comesAlong({ edits: [{ op: 'add', item: 'point/1' }], effects: [change('task/1.2', null)] })).toEqual([])
  expect(comesAlong({ edits })).toEqual([])
})
