import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Plan, PlanFigure, PlanMonth, PlanNode, PlanSentence, PlanTarget, PlanTask } from '../../api/plans'
import { simplified } from '../../../scripts/simplified.mjs'
import { folding, places } from '../../kit/fold'
import { table } from '../../kit/simplified-table'
import { changedFields, faultsOf, measured, numberOf, reached, toForm, told } from './figure'
import { strip } from './months'
import { periodsOf, trailOf } from './periods'
import { toDecide } from './progress'
import { corrects, nextOpen, noWork, openOf, toReview } from './review'
import { faultsOfNode, nodeEdit, toNodeForm } from './nodes'
import { faultsOfTask, taken, taskEdit, toTaskForm } from './tasks'
import { answersFor, blocks, figureSpans, filtered, marked } from './structure'

const figure = (part: Partial<PlanFigure> = {}): PlanFigure => ({
  number: 1, sentence: 3, point: 1, literal: '新增基站1650座', offset: 12, value: 1650, unit: '座', comparison: '=', due: '2027-12-31', kind: 'target',
  origin: 'read', state: 'open', doubts: [], ...part,
})
const piece = (part: Partial<PlanSentence> = {}): PlanSentence => ({
  number: 3, kind: 'sentence', point: 1, offset: 10, end: 30, text: '年内新增基站1650座。', starts_line: false, needs_review: true, figures: [], offers: [], ...part,
})
const doubt = (code: string) => ({ code, text: code })
const words = { language: 'zh-CN', wan: '万', yi: '亿', unit: (unit: string) => unit, up: (text: string) => `提高 ${text}`, down: (text: string) => `下降 ${text}`, level: '持平' }

describe('figures', () => {
  test('are told as officials write them, and lose no digit', () => {
    expect(told(figure({ value: 27000, unit: '个' }), words)).toBe('2.7万个')
    expect(told(figure({ value: 130_000_000_000, unit: '元', comparison: '>' }), words)).toBe('> 1300亿元')
    expect(told(figure({ value: 12_345, unit: '户' }), words)).toBe('12,345户')
    expect(told(figure({ value: 1_234_567, unit: '户' }), words)).toBe('1,234,567户')
    expect(told(figure({ value: 90, unit: '%', comparison: '>=' }), words)).toBe('≥ 90%')
    expect(told(figure({ value: 5, unit: '‰' }), words)).toBe('5‰')
    expect(told(figure({ value: 8, unit: 'km' }), words)).toBe('8 km')
    expect(told(figure({ value: 27000, unit: '个' }), { ...words, language: 'en' })).toBe('27,000个')
  })
  test('that change say which way, and ranges say both ends', () => {
    expect(told(figure({ value: -10.2, unit: '%', comparison: 'change' }), words)).toBe('下降 10.2%')
    expect(told(figure({ value: 7, unit: '%', comparison: 'change', bound: '>=' }), words)).toBe('提高 ≥ 7%')
    expect(told(figure({ value: 2, unit: '个', comparison: 'between', range: [2, 3] }), words)).toBe('2—3个')
    expect(told(figure({ value: '2+N', unit: '' }), words)).toBe('2+N')
  })
  test('that are left as they were send nothing; a field that was emptied is null', () => {
    const before = figure({ baseline: '上年' })
    expect(changedFields(before, toForm(before))).toEqual({})
    expect(changedFields(before, { ...toForm(before), value: '1,700', baseline: '' })).toEqual({ value: 1700, baseline: null })
  })
  test('that the program would refuse are found before they are sent', () => {
    const form = toForm(figure())
    expect(faultsOf({ ...form, due: '' })).toEqual(['due'])
    expect(faultsOf({ ...form, due: '', kind: 'name' })).toEqual([])
    expect(faultsOf({ ...form, due: '2027-02-30' })).toEqual(['due'])
    expect(faultsOf({ ...form, comparison: 'change', value: '一成' })).toEqual(['value'])
    expect(faultsOf({ ...form, comparison: 'between', low: '5', high: '3' })).toEqual(['range'])
  })
  test('that were measured have the digits that their size deserves', () => {
    expect([87_587_123_456, 19_983, 1716.948, 96.5596, 1.27154].map((value) => measured(value, 'zh-CN'))).toEqual(['875.87亿', '19,983', '1,717', '96.56', '1.272'])
  })
  test('written in wide digits are numbers, and words are none', () => {
    expect(numberOf('１，６５０')).toBe(1650)
    expect(numberOf('2+N')).toBeUndefined()
  })
})

describe('review of a sentence', () => {
  const doubtful = piece({ figures: [figure({ doubts: [doubt('due-not-said')] })] })
  test('nothing is accepted while a doubt or an offer is open', () => {
    const offered = piece({ offers: [{ number: 7, literal: '1650', offset: 16, why: '' }] })
    expect(openOf(doubtful, noWork).map(({ kind }) => kind)).toEqual(['doubt'])
    expect(openOf(offered, noWork).map(({ kind }) => kind)).toEqual(['offer'])
    expect(openOf(doubtful, { ...noWork, figures: { 1: { answers: { 'due-not-said': '年底' } } } })).toEqual([])
    expect(openOf(offered, { ...noWork, offers: { 7: { isFigure: false } } })).toEqual([])
  })
  test('a side that is decided needs its comparison', () => {
    const open = piece({ figures: [figure({ doubts: [doubt('side-not-said')] })] })
    const answers = { 'side-not-said': '不高于' }
    expect(openOf(open, { ...noWork, figures: { 1: { answers } } }).map(({ kind }) => kind)).toEqual(['side'])
    const form = { ...toForm(figure()), comparison: '<=' }
    expect(openOf(open, { ...noWork, figures: { 1: { answers, form } } }).map(({ kind }) => kind)).toEqual(['reason'])
  })
  test('a percentage that is decided needs its unit, and a correction its reason', () => {
    const open = piece({ figures: [figure({ unit: '% or percentage point', doubts: [doubt('percent-or-point')] })] })
    const answers = { 'percent-or-point': '百分点' }
    expect(openOf(open, { ...noWork, figures: { 1: { answers } } }).map(({ kind }) => kind)).toEqual(['unit'])
    const form = { ...toForm(figure()), unit: 'percentage point' }
    const work = { ...noWork, figures: { 1: { answers, form } } }
    expect(corrects(open, work)).toBe(true)
    expect(openOf(open, work).map(({ kind }) => kind)).toEqual(['reason'])
    expect(toReview(open, { ...work, reason: ' 会议确定 ' })).toEqual({
      sentence: 3, reason: '会议确定', figures: [{ figure: 1, reject: false, set: { unit: 'percentage point' }, answers }],
    })
  })
  test('a figure that is none is rejected with a reason, and its doubts are closed with it', () => {
    const work = { ...noWork, figures: { 1: { reject: true } } }
    expect(openOf(doubtful, work).map(({ kind }) => kind)).toEqual(['reason'])
    expect(toReview(doubtful, { ...work, reason: '只是背景' }).figures).toEqual([{ figure: 1, reject: true }])
  })
  test('a figure that was rejected is taken again by being named', () => {
    const rejected = piece({ figures: [figure({ state: 'rejected' })] })
    expect(openOf(rejected, noWork)).toEqual([])
    expect(toReview(rejected, { ...noWork, figures: { 1: { form: toForm(figure()) } } }).figures).toEqual([{ figure: 1, reject: false }])
  })
  test('what is added stands in the sentence word for word', () => {
    const added = (literal: string) => ({ ...noWork, reason: '漏读', added: [{ literal, form: toForm(figure()) }] })
    expect(openOf(piece(), added('1650座'))).toEqual([])
    expect(openOf(piece(), added('1700座')).map(({ kind }) => kind)).toEqual(['added'])
  })
  test('the next one is behind the one at hand, then from the beginning, and never one that is decided', () => {
    const all = [piece({ number: 1 }), piece({ number: 2, verdict: 'accepted' }), piece({ number: 3 }), piece({ number: 4, needs_review: false })]
    expect(nextOpen(all, 1)?.number).toBe(3)
    expect(nextOpen(all, 3)?.number).toBe(1)
    expect(nextOpen([piece({ number: 3 })], 3)).toBeUndefined()
  })
})

test('what is left before approval is counted by kind', () => {
  const share = (done: number, of: number) => ({ done, of })
  const progress = { sentences: share(2, 5), doubts: share(1, 1), offers: share(0, 0), findings: share(0, 2), undated: 1, is_complete: false }
  expect(toDecide(progress)).toEqual([{ kind: 'sentences', count: 3 }, { kind: 'findings', count: 2 }, { kind: 'undated', count: 1 }])
})

describe('the text', () => {
  const unit = (name: string, role: string) => ({ name, role, offset: 0 })
  const point = {
    number: 1, label: '一', title: '补齐短板', offset: 5, end: 60, lead: null, supports: ['市工信局'], leads_of_text: [], assigned: null,
    assignments: [
      { from: 5, offset: 30, end: 35, units: [unit('市工信局', 'lead')], due: null },
      { from: 35, offset: 50, end: 60, units: [unit('市數據局', 'support')], due: null },
    ],
    sentences: [2, 3, 4], targets: [1], tasks: [], months: [], standing: null,
  }
  const plan = { title: '工作要点', points: [point], everywhere: [], targets: [{ number: 1, standing: { lamp: 'late' } }] } as unknown as Plan
  const all = [
    piece({ number: 1, kind: 'heading', text: '一、底座', offset: 0, needs_review: false, ...{ point: null } }),
    piece({ number: 2, kind: 'heading', text: '（一）', offset: 5, needs_review: false, starts_line: true }),
    piece({ number: 3, text: '补齐短板。', offset: 8 }),
    piece({ number: 4, offset: 14, figures: [figure({ offset: 16 })] }),
    piece({ number: 5, text: '推進數據共享。', offset: 40 }),
  ]
  const fold = folding(table)
  const none = { q: '', unit: '', role: '', onlyTargets: false, county: '', lamp: '' }
  const shown = (filter: object) => filtered(plan, blocks(plan, all), { ...none, ...filter }, fold).flatMap(({ rows }) => rows.map(({ number }) => number))

  test('a point has its number and its title as heading, and the rest below', () => {
    expect(blocks(plan, all).map(({ kind, head, rows }) => [kind, head.map(({ number }) => number), rows.map(({ number }) => number)])).toEqual([
      ['chapter', [1], []],
      ['point', [2, 3], [4, 5]],
    ])
  })
  test('is found in either script, by words, by numbers and by office', () => {
    expect(shown({ q: '数据共享' })).toEqual([5])
    expect(shown({ q: '１６５０' })).toEqual([4])
    expect(shown({ q: '没有的词' })).toEqual([])
    expect(shown({ onlyTargets: true })).toEqual([4])
    expect(shown({ unit: '市工信局' })).toEqual([4])
    expect(shown({ unit: '市數據局', role: 'support' })).toEqual([5])
    expect(shown({ unit: '市數據局', role: 'lead' })).toEqual([])
  })
  test('is found by the lamp of its targets, and by the county that has a task of it', () => {
    const task = (part: object) => ({ point: 1, counties: [], ...part }) as unknown as PlanTask
    const inCounty = (tasks: PlanTask[]) => filtered(plan, blocks(plan, all), { ...none, county: '青岚县' }, fold, tasks).flatMap(({ rows }) => rows.map(({ number }) => number))
    expect(shown({ lamp: 'late' })).toEqual([4])
    expect(shown({ lamp: 'done' })).toEqual([])
    expect(inCounty([task({ sentence: 5, counties: ['青岚县'] })])).toEqual([5])
    expect(inCounty([task({ county: '青岚县' })])).toEqual([4, 5])
    expect(inCounty([task({ sentence: 5 })])).toEqual([])
  })
  test('belongs to the offices that were assigned, once somebody has assigned them', () => {
    const assigned = { ...point, lead: '市數據局', assigned: { who: 'x', at: '', reason: null } }
    expect(answersFor(assigned, piece({ offset: 14 }), '市數據局', 'lead')).toBe(true)
    expect(answersFor(assigned, piece({ offset: 14 }), '市工信局', 'support')).toBe(true)
    expect(answersFor(assigned, piece({ offset: 14 }), '市工信局', 'lead')).toBe(false)
  })
  test('a figure is marked where it stands, beyond signs of two units', () => {
    const text = '𠮷年内新增基站1650座。'
    const spans = figureSpans(piece({ text, offset: 10, figures: [figure({ offset: 13 })] }))
    expect(marked(text, spans).filter(({ isFigure }) => isFigure).map((one) => one.text)).toEqual(['新增基站1650座'])
    expect(marked(text, [...spans, { from: 8, to: 12, kind: 'hit' }]).filter(({ isHit }) => isHit).map((one) => one.text)).toEqual(['650座'])
  })
  test('found words that overlap are one place', () => {
    expect(places(fold('數據數據'), [fold('数据'), fold('据数')])).toEqual([[0, 4]])
  })
})

test('the table of signs is that of the program; `npm run generate` writes it', async () => {
  expect(await simplified()).toBe(await readFile(new URL('../../kit/simplified-table.ts', import.meta.url), 'utf8'))
})

describe('tasks', () => {
  const task = {
    id: '3.2', point: 3, title: '新建基站', lead: '市通管办', supports: ['市工信局'], counties: ['亭湖区'], deliverable: null, due: '2027-12-31',
    quantity: null, sentence: 4, target: 1, of: null, county: null, standing: { lamp: 'near' }, nodes: [],
  } as unknown as PlanTask
  test('are found by office, county and lamp together', () => {
    const none = { unit: '', county: '', lamp: '' }
    expect(taken(task, { ...none, unit: '市工信局', county: '亭湖区', lamp: 'near' })).toBe(true)
    expect(taken(task, { ...none, unit: '市数据局' })).toBe(false)
    expect(taken(task, { ...none, lamp: 'late' })).toBe(false)
  })
  test('are edited by what is otherwise alone; a new one goes to its point', () => {
    const form = toTaskForm(task, '')
    expect(taskEdit(task, 3, form)).toBeUndefined()
    expect(taskEdit(task, 3, { ...form, lead: '', deliverable: '验收报告' })).toEqual({ op: 'set', item: 'task/3.2', fields: { lead: null, deliverable: '验收报告' } })
    expect(taskEdit(undefined, 3, { ...toTaskForm(undefined, '2027-12-31'), title: ' 新任务 ' })).toEqual({
      op: 'add', item: 'point/3', fields: { title: '新任务', supports: [], counties: [], due: '2027-12-31' },
    })
  })
  test('need a title and a day', () => {
    expect(faultsOfTask(toTaskForm(task, ''))).toEqual([])
    expect(faultsOfTask({ ...toTaskForm(task, ''), title: ' ', due: '2027-02-30' })).toEqual(['title', 'due'])
  })
})

describe('nodes', () => {
  const node = { id: '3.2.1', title: '征求意见', due: '2027-05-31', deliverable: '征求意见稿', share: 1 / 3 } as PlanNode
  const form = toNodeForm(node)
  test('are edited by what is otherwise alone; a new one goes to its task', () => {
    expect(nodeEdit(node, '3.2', form)).toBeUndefined()
    expect(nodeEdit(node, '3.2', { ...form, due: '2027-06-30 ', deliverable: ' ' })).toEqual({ op: 'set', item: 'node/3.2.1', fields: { due: '2027-06-30', deliverable: null } })
    expect(nodeEdit(undefined, '3.2', { ...toNodeForm(undefined), title: ' 印发方案 ', due: '2027-06-30' })).toEqual({ op: 'add', item: 'task/3.2', fields: { title: '印发方案', due: '2027-06-30' } })
  })
  test('have their part of the target in percent, which is sent as a part of one', () => {
    expect(form.share).toBe('33.3333')
    expect(nodeEdit(node, '3.2', { ...form, share: '５０' })).toMatchObject({ fields: { share: 0.5 } })
    expect(nodeEdit(node, '3.2', { ...form, share: '' })).toMatchObject({ fields: { share: null } })
  })
  test('need a title and a day, and a part between nothing and all', () => {
    expect(faultsOfNode(form)).toEqual([])
    expect(faultsOfNode(toNodeForm(undefined))).toEqual(['title', 'due'])
    for (const share of ['101', '-1', '一半']) expect(faultsOfNode({ ...form, share }), share).toEqual(['share'])
  })
})

test('the strip has the twelve months of the plan, and those beyond it in which something is due', () => {
  const month = (name: string) => ({ month: name, nodes: ['1.1.1'], lamp: 'near' }) as unknown as PlanMonth
  const found = strip([month('2025-06'), month('2026-03')], 2025)
  expect(found.map(({ label }) => label)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '26/3'])
  expect(found.filter((one) => one.found).map((one) => one.month)).toEqual(['2025-06', '2026-03'])
})

describe('what is reached', () => {
  const own = { ...words, unit: (unit: string) => (unit === 'percentage point' ? '个百分点' : unit) }
  test('is told where it stands, in the unit in which it is told', () => {
    expect(reached({ value: 205, unit: '座', is_change: false }, own)).toBe('205座')
    expect(reached({ value: 1.262, unit: '1', is_change: false }, own)).toBe('1.262')
    expect(reached({ value: -3, unit: '℃', is_change: false }, own)).toBe('-3 ℃')
  })
  test('says of a change which way it goes, and percent apart from percentage points', () => {
    expect(reached({ value: -12.4, unit: '%', is_change: true }, own)).toBe('下降 12.4%')
    expect(reached({ value: 6, unit: 'percentage point', is_change: true }, own)).toBe('提高 6个百分点')
    expect(reached({ value: 0, unit: '元', is_change: true }, own)).toBe('持平')
    expect(reached({ value: -0.0004, unit: '%', is_change: true }, own)).toBe('持平')
  })
})

describe('papers', () => {
  const plan = { year: 2026, targets: [{ due: '2026-06-30' }, { due: '2027-12-31' }] as PlanTarget[] }
  test('are made for what has begun of the years of the plan, the newest first', () => {
    expect(periodsOf(plan, 'brief', '2026-03-05')).toEqual(['2026-03', '2026-02', '2026-01'])
    expect(periodsOf(plan, 'pack', '2026-04-01')).toEqual(['2026-Q2', '2026-Q1'])
    expect(periodsOf(plan, 'review', '2028-01-01')).toEqual(['2026'])
    expect(periodsOf({ ...plan, targets: [{ due: '2025-12-31' }] as PlanTarget[] }, 'review', '2028-01-01')).toEqual(['2026', '2025'])
    expect(periodsOf(plan, 'brief', '2025-12-31')).toEqual([])
  })
  test('lead on to the trail of a metric, and to pages of this application', () => {
    expect(trailOf('metric/telecom.new_station@2026', 'http://a/figures/x')).toEqual({ metric: 'telecom.new_station', period: '2026' })
    expect(trailOf('target/1', 'http://127.0.0.1:8650/plans/2026?tab=text#target-1')).toEqual({ path: '/plans/2026?tab=text#target-1' })
    expect(trailOf('target/1', null)).toBeUndefined()
  })
})
