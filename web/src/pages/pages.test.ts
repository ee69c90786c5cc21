import { describe, expect, test } from 'vitest'
import type { Batch, DatasetLine } from '../api/types'
import { standings } from '../kit/standing'
import { isOpen, menu } from '../shell/menu'
import { active, asked, chosen } from './catalogue/address'
import { grades } from './dataset/grade'
import { duties } from './dataset/duties'
import { moves } from './dataset/moves'
import { choicesOf } from './batch/choices'
import { defaultMode, replaced, suggested } from './deliver/suggest'
import { columnTitles } from './query/titles'
import { newestInForce } from './home/overlook'
import { largestQuarantines, ownBatches, todos, troubled } from './home/todo'

const now = Date.parse('2026-01-10T00:00:00Z')
const line = (part: Partial<DatasetLine>): DatasetLine => ({
  id: 'population.resident', title: '常住人口登记', owner: '市公安局', origin: 'collect', refresh: 'daily', grade: 'general-3',
  rows: 10, version: 0, last_at: '2026-01-09T20:00:00Z', last_batch: 'b1', is_readable: true, may: [], ...part,
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
  const address = (text: string) => new URLSearchParams(text)
  test('the address holds the whole state, and nothing else goes to the program', () => {
    expect(asked(address('q= rk &owner=市公安局,市住建局&sort=rows&view=cards&with=a.b&lacks='))).toEqual({
      q: 'rk', owner: '市公安局,市住建局', sort: 'rows',
    })
    expect(chosen(address('owner=市公安局,市住建局'), 'owner')).toEqual(['市公安局', '市住建局'])
  })
  test('filters are counted apart from what was typed', () => expect(active(address('q=rk&owner=a,b&grade=core'))).toBe(2))
})

describe('dataset', () => {
  test('a column that is made of stricter ones inherits the strictest of their grades', () => {
    const node = (id: string, grade: string) => ({ id, title: id, origin: 'collect', owner: 'x', columns: [{ name: 'c', title: 'c', grade }] })
    const graph = {
      root: 'm.out', truncated: false, deeper: false,
      nodes: [node('a.one', 'general-2'), node('a.two', 'important'), node('m.out', 'general-1')],
      edges: [
        { from: 'a.one.c', to: 'm.out.c', kind: 'copied' },
        { from: 'a.two.c', to: 'm.out.c', kind: 'transformed' },
        { from: 'a.two.c', to: 'm.out.other', kind: 'filter' },
      ],
    }
    const found = grades(graph)
    expect(found.get('c')).toEqual({ grade: 'important', from: 'a.two.c' })
    expect(found.has('other')).toBe(false)
  })
  test('the moves that the program allows are buttons, the usual next step last', () => {
    expect(moves(['published', 'drafted', 'withdrawn']).map(({ to, isMain }) => [to, isMain])).toEqual([
      ['withdrawn', false], ['drafted', false], ['published', true],
    ])
    expect(moves(['nonsense'])).toEqual([])
  })
  test('a duty that is not done says what is missing', () => {
    const entry = { owner: '市公安局', steward: null, contact: null, late_contact: null, duties: [{ role: 'told-when-late', who: '市公安局' }], refresh: 'daily', facts: { fresh: false, score: 97, uses_30_days: 0 }, lacks: ['contact'], sharing: { class: 'none', basis: null } }
    const list = duties(entry as never)
    expect(list.map(({ duty, done }) => [duty, done])).toEqual([
      ['own', true], ['steward', false], ['contact', false], ['catalogue', false], ['refresh', false], ['told', true], ['quality', true], ['basis', false],
    ])
  })
})

describe('home', () => {
  test('there are always three things to do, failures first', () => {
    const waiting = batch({ id: 'b0', dataset: 'housing.property' })
    const all = standings(lines, [batch({ status: 'refused' }), waiting], [], now)
    expect(todos({ all, open: [], waiting: [waiting] }).map((todo) => todo.kind)).toEqual(['failed', 'quarantine', 'deliver'])
    expect(todos({ all: [], open: [], waiting: [] }).map((todo) => todo.kind)).toEqual(['deliver', 'browse', 'ask'])
  })
  test('a model that failed and a pack that waits come before rows in quarantine', () => {
    const model = { id: 'a.b', title: 'b', inputs: [], may: [], state: 'failed', rows: 0 }
    expect(todos({ all: [], open: [], waiting: [batch({})], models: [model], isChange: true }).map((todo) => todo.kind)).toEqual(['change', 'model', 'quarantine'])
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
  test('a file in the place of all rows tells how many go, and is asked about where most of them do', () => {
    expect(replaced(9_924, 1)).toEqual({ rows: 9_924, gone: 9_923, isMost: true })
    expect(replaced(12, 11)).toEqual({ rows: 12, gone: 1, isMost: false })
    expect(replaced(3, 5)).toEqual({ rows: 3, gone: 0, isMost: false })
    // How long a longer file is nobody knows before it was read.
    expect(replaced(9_924, 20)).toEqual({ rows: 9_924, isMost: false })
    expect(replaced(9_924, undefined)).toEqual({ rows: 9_924, isMost: false })
    expect(replaced(0, 1)).toBeUndefined()
  })
  test('without a source the mode takes nothing away', () => expect(defaultMode([], 'a.b')).toBe('upsert'))
})

test('a dataset belongs to the catalogue in the menu', () => {
  const open = menu.filter((item) => isOpen(item, '/datasets/population.resident'))
  expect(open.map((item) => item.to)).toEqual(['/catalogue'])
  expect(menu.filter((item) => isOpen(item, '/')).map((item) => item.to)).toEqual(['/'])
})

test('whoever works for a department sees its deliveries among the newest, and no reports of others', () => {
  const batches = [batch({ id: 'b1' }), batch({ id: 'b2', dataset: 'housing.property' }), batch({ id: 'b3', dataset: 'gone.one' })]
  expect(ownBatches(batches, lines, '市公安局').map(({ id }) => id)).toEqual(['b1'])
})

test('the plan that a home shows is the approved one of the latest year', () => {
  const plan = (id: string, year: number | null, status: string, updated_at = '2026-01-01T00:00:00Z') => ({ id, year, status, updated_at })
  const of = (...plans: ReturnType<typeof plan>[]) => newestInForce(plans)?.id
  expect(of(plan('2027', 2027, 'reviewing'), plan('2025', 2025, 'approved'), plan('2026', 2026, 'approved'))).toBe('2026')
  expect(of(plan('a', 2026, 'approved'), plan('b', 2026, 'approved', '2026-01-02T00:00:00Z'))).toBe('b')
  expect(of(plan('2027', 2027, 'reviewing'))).toBeUndefined()
})

test('columns of an answer are called as in their dataset where they stand as there, and by their own name else', () => {
  const from = (column: string, kind = 'copied') => [{ dataset: 'a.b', column, kind }]
  const flow = (name: string, of: ReturnType<typeof from>) => ({ name, from: of }) as Parameters<typeof columnTitles>[0][number]
  const titleOf = (dataset: string, column: string) => new Map([['a.b.name', '姓名'], ['a.b.age', '年龄']]).get(`${dataset}.${column}`)
  const columns = [flow('name', from('name')), flow('old', from('age')), flow('n', from('age', 'aggregated')), flow('both', [...from('name'), ...from('age')]), flow('gone', from('gone'))]
  expect([...columnTitles(columns, titleOf)]).toEqual([['name', '姓名'], ['old', '年龄']])
  expect([...columnTitles([flow('x', from('name')), flow('x', from('age'))], titleOf)]).toEqual([])
})

test('a cell with codes is chosen by their words, and what stands there stays a choice', () => {
  const words = [{ code: '01', title: '汉族', title_en: 'Han' }, { code: '02', title: '蒙古族' }]
  expect(choicesOf(words, '01', false)).toEqual([{ value: '01', label: '汉族 01' }, { value: '02', label: '蒙古族 02' }])
  expect(choicesOf(words, '汗族', true).map(({ label }) => label)).toEqual(['汗族', 'Han 01', '蒙古族 02'])
  expect(choicesOf([], '汗族', false)).toEqual([])
})
