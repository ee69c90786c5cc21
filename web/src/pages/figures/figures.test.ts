import { describe, expect, test } from 'vitest'
import type { MetricAlert, MetricAnswer, MetricDefinition, MetricGroup, MetricLine, MetricPoint } from '../../api/metrics'
import { alike, brief, exact, signed, tone, unitAfter, valueOf } from '../../kit/figure'
import { grainOf, grainsFrom, isYear, lastOf, spoken, yearBefore } from '../../kit/span'
import { asksOf, horizon, viewOf } from './asks'
import { outsideOf, standingOf } from './outside'
import { placed } from './Ranking'
import { pictured, pointAt, total } from './series'

const definition = {
  id: 'telecom.new_station', grain: 'month',
  dimensions: [{ name: 'area', kind: 'area' }, { name: 'operator', kind: 'class' }],
} as MetricDefinition
const view = (address: string) => viewOf(definition, new URLSearchParams(address))

describe('periods', () => {
  const zh = { language: 'zh-CN', quarter: (year: number, quarter: number) => `${year}/${quarter}` }
  test('are known by how they are written', () =>
    expect(['2025', '2025-Q2', '2025-06', '2025-06-30'].map(grainOf)).toEqual(['year', 'quarter', 'month', 'day']))
  test('are told in the words of the reader', () => {
    expect(['2025', '2025-Q2', '2025-06', '2025-06-01'].map((period) => spoken(period, zh))).toEqual(['2025年', '2025/2', '2025年6月', '2025年6月1日'])
    expect(spoken('2025-06', { ...zh, language: 'en' })).toBe('Jun 2025')
  })
  test('that cannot be read are shown as they came', () => expect(spoken('sometime', zh)).toBe('sometime'))
  test('have one of the year before, whatever their length', () =>
    expect(['2025', '2025-Q2', '2025-06', '2025-06-30'].map(yearBefore)).toEqual(['2024', '2024-Q2', '2024-06', '2024-06-30']))
  test('of a year have the year before for the period before', () =>
    expect(['2025', '2025-Q2', '2025-06', '2025-06-30', null, undefined].filter(isYear)).toEqual(['2025']))
  test('of a metric are never shorter than its own', () => expect(grainsFrom('quarter')).toEqual(['quarter', 'year']))
  test('end with the year', () => expect([lastOf(2025, 'day'), lastOf(2025, 'quarter'), lastOf(2025, 'year')]).toEqual(['2025-12-31', '2025-Q4', '2025']))
})

describe('numbers of metrics', () => {
  test('have as many digits as the metric says', () => expect([exact(92.543, 1, 'zh-CN'), exact(3, 2, 'en')]).toEqual(['92.5', '3.00']))
  test('are short where they are large', () => expect([brief(123_456, 0, 'zh-CN'), brief(999, 0, 'zh-CN')]).toEqual(['12.35万', '999']))
  test('a share and a Chinese word stand at the number, and a ratio has nothing', () => expect(['%', '座', '1', ''].map(unitAfter)).toEqual(['%', '座', '', '']))
  test('are grouped with a word for their size, and stay whole in English where ten thousand has none', () => {
    expect([brief(124_230_000_000, 0, 'zh-CN'), brief(1960, 0, 'zh-CN')]).toEqual(['1,242.3亿', '1,960'])
    expect([brief(12_345, 0, 'en'), brief(1_230_000, 0, 'en')]).toEqual(['12,345', '1.23M'])
  })
  test('beside each other are written alike', () => {
    expect([12_105, 9205].map(alike([12_105, 9205], 0, 'zh-CN'))).toEqual(['1.21万', '0.92万'])
    expect([1960, 9205].map(alike([1960, 9205], 0, 'zh-CN'))).toEqual(['1,960', '9,205'])
    expect([12_105, 9205].map(alike([12_105, 9205], 0, 'en'))).toEqual(['12,105', '9,205'])
  })
  test('a change has its sign', () => expect([signed(3, 0, 'zh-CN'), signed(-3.25, 1, 'zh-CN'), signed(0, 0, 'zh-CN')]).toEqual(['+3', '-3.3', '0']))
  test('a number that is not there is none, even where a value stands', () => {
    expect(valueOf({ state: 'divided-by-zero', value: null })).toBeNull()
    expect(valueOf({ state: 'failed', value: 3 })).toBeNull()
    expect(valueOf({ state: 'value', value: 0 })).toBe(0)
  })
  test('a change is to the good by the direction of the metric', () => {
    expect([tone({ change: 1 }, 'up'), tone({ change: 1 }, 'down'), tone({ change: -1 }, 'down')]).toEqual(['good', 'late', 'good'])
    expect([tone({ change: 1 }, 'none'), tone({ change: 0 }, 'up'), tone({ change: null }, 'up'), tone(null, 'up')]).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('the questions of a page', () => {
  test('nonsense in the address is passed over', () => {
    expect(view('grain=day&points=7&target=many&level=planet')).toMatchObject({ grain: 'month', points: 12, target: undefined, level: 'county' })
  })
  test('a dimension is not narrowed where it is asked by itself', () => {
    const [series, areas, operators] = asksOf(definition, view('f.area=320902&f.operator=CM'), '2025-06')
    expect(series?.only).toEqual({ area: ['320902'], operator: ['CM'] })
    expect(areas).toMatchObject({ only: { operator: ['CM'] }, by: [{ dimension: 'area', level: 'county' }] })
    expect(operators).toMatchObject({ only: { area: ['320902'] }, by: [{ dimension: 'operator' }] })
  })
  test('the year before is asked for with the series', () => expect(asksOf(definition, view('last-year=yes'), '2025-06')[0]?.points).toBe(24))
  test('a forecast reaches to the end of the year, and of the next one when that is over', () => {
    expect(horizon(definition, view(''), '2025-06')).toBe('2025-12')
    expect(horizon(definition, view(''), '2025-12')).toBe('2026-12')
    expect(horizon(definition, view('grain=year'), '2025-06')).toBe('2025')
    expect(horizon(definition, view(''), null)).toBeUndefined()
  })
  test('a target is due in the year of the newest number', () => {
    expect(asksOf(definition, view('grain=year&target=1650'), '2025-12')[0]?.target).toEqual({ value: 1650, due: '2025' })
    expect(asksOf(definition, view('target='), '2025-12')[0]?.target).toBeUndefined()
  })
})

const point = (period: string, value: number | null, partial = false): MetricPoint => ({ period, value, state: value === null ? 'missing' : 'value', partial, cells: 1 })
const words = { value: 'v', yearBefore: 'y', forecast: 'f', range: 'r', span: (period: string) => period, partial: (period: string) => `${period}*` }
const answer = (points: MetricPoint[], forecast?: MetricAnswer['forecast']) => ({ unit: '座', groups: [{ keys: [], points }], forecast }) as unknown as MetricAnswer
const ahead = (total: boolean) => ({ total, method: 'line', trials: 6, past_error: 1, past_inside: 80, points: [{ period: '2025-03', value: 5, low: 4, high: 6 }] })

describe('a series as a picture', () => {
  test('a gap stays a gap, and a part of a period is marked', () => {
    const spec = pictured(answer([point('2025-01', 3), point('2025-02', null), point('2025-03', 2, true)]), 12, false, words)
    expect(spec).toMatchObject({ x: ['2025-01', '2025-02', '2025-03*'], series: [{ values: [3, null, 2] }], band: undefined })
  })
  test('what is foreseen goes on from the last number, within its range', () => {
    const spec = pictured(answer([point('2025-01', 3), point('2025-02', 4)], ahead(false)), 12, false, words)
    expect(spec.x).toEqual(['2025-01', '2025-02', '2025-03'])
    expect(spec.series.map(({ values }) => values)).toEqual([[3, 4, null], [null, 4, 5]])
    expect(spec.band).toMatchObject({ low: [null, null, 4], high: [null, null, 6] })
  })
  test('running totals are a picture of their own', () => {
    const told = answer([point('2025-02', 4)], ahead(true))
    expect(pictured(told, 12, false, words).x).toEqual(['2025-02'])
    expect(total(told, words)?.series[0]?.values).toEqual([5])
    expect(total(answer([]), words)).toBeUndefined()
  })
  test('the year before stands beside, period by period', () => {
    const spec = pictured(answer([point('2024-02', 9), point('2025-01', 3), point('2025-02', 4)]), 2, true, words)
    expect(spec.series.map(({ values }) => values)).toEqual([[3, 4], [null, 9]])
  })
  test('has a number to follow wherever one was told, and none where it is foreseen', () => {
    const told = answer([point('2024-02', 9), point('2024-03', 8), point('2025-01', 3), point('2025-02', 4)], ahead(false))
    const periods = (line: number, withYearBefore: boolean) => [0, 1, 2].map((place) => pointAt(told, 2, withYearBefore, line, place)?.period)
    expect(periods(0, true)).toEqual(['2025-01', '2025-02', undefined])
    expect(periods(1, true)).toEqual([undefined, '2024-02', '2024-03'])
    expect(periods(1, false)).toEqual([undefined, undefined, undefined])
  })
})

test('equal numbers share a place, and who has none has no place', () => {
  const group = (value: number | null) => ({ keys: [], points: [point('2025', value)] }) as unknown as MetricGroup
  expect(placed([group(9), group(7), group(7), group(1), group(null)]).map(({ rank }) => rank)).toEqual([1, 2, 2, 4, undefined])
})

describe('how a metric stands to its bounds', () => {
  const line = (id: string, part: object = {}) => ({ id, bounded: true, is_whole: true, newest: { period: '2025' }, ...part }) as unknown as MetricLine
  const alert = (metric: string, area: string) => ({ metric, area, kind: 'above' }) as unknown as MetricAlert
  const outside = outsideOf([alert('a', '320902'), alert('a', ''), alert('a', '320903'), alert('b', '320902'), alert('b', '320903'), alert('b', '320902')])
  test('is told of the whole city first, and else of how many areas', () => {
    expect(standingOf(line('a'), outside)).toEqual({ is: 'whole-outside', kind: 'above' })
    expect(standingOf(line('b'), outside)).toEqual({ is: 'areas-outside', count: 2 })
    expect(standingOf(line('c'), outside)).toEqual({ is: 'inside' })
    expect(standingOf(line('c', { newest: null }), outside)).toEqual({ is: 'no-data' })
    expect(standingOf(line('c', { bounded: false }), outside)).toBeUndefined()
    expect(standingOf(line('c', { is_whole: false, newest: null }), outside)).toBeUndefined()
  })
  test('is not told before the alerts are known', () => expect(standingOf(line('c'), undefined)).toBeUndefined())
})
