import { expect, test } from 'vitest'
import { type ChartSpec, axisFrom, compile, isLying } from './chart'

const spec: ChartSpec = { kind: 'bar', x: ['<b>a</b>', 'b'], series: [{ name: 's', values: [1, null] }], unit: '人' }
const plain = { language: 'zh-CN', decal: false, large: false }
type Option = Record<string, never> & { tooltip: { renderMode: string; valueFormatter: (value: unknown) => string }; aria: { enabled: boolean; decal: { show: boolean } } }
const option = (manner = plain, given = spec) => compile(given, manner) as unknown as Option

test('names in data are never taken for HTML', () => expect(option().tooltip.renderMode).toBe('richText'))

test('a chart describes itself, and has patterns for those who need them', () => {
  expect(option().aria).toEqual({ enabled: true, decal: { show: false } })
  expect(option({ ...plain, decal: true }).aria.decal.show).toBe(true)
})

test('a value has its unit, and a gap is a gap', () => {
  expect(option().tooltip.valueFormatter(12345.5)).toBe('12,345.5人')
  expect(option().tooltip.valueFormatter(null)).toBe('—')
})

test('bars lie down where their names would not fit side by side', () => {
  expect(isLying(spec)).toBe(false)
  expect(isLying({ ...spec, x: Array.from({ length: 9 }, (_, at) => String(at)) })).toBe(true)
  expect(isLying({ ...spec, x: ['某某街道社区居委会', 'b', 'c'] })).toBe(true)
  expect(isLying({ ...spec, kind: 'line', x: Array.from({ length: 90 }, String) })).toBe(false)
})

test('an axis says its unit, and where it begins when that is not zero', () => {
  const axis = (given: ChartSpec) => (compile(given, plain) as unknown as { yAxis: { name: string; min?: number; max?: number; interval?: number } }).yAxis
  const line: ChartSpec = { ...spec, kind: 'line', series: [{ name: 's', values: [62, null, 91] }] }
  expect([axisFrom(line), axis(line).min, axis(line).name]).toEqual([60, 60, '人'])
  expect(axisFrom({ ...line, target: 10 })).toBeUndefined()
  expect(axis({ ...line, target: 10 }).min).toBe(0)
  expect([axisFrom({ ...line, kind: 'bar' }), axis({ ...line, kind: 'bar' }).min]).toEqual([undefined, undefined])
  expect(axis({ ...line, series: [{ name: 's', values: [-3, 5] }] }).min).toBeUndefined()
  // What is foreseen has room too.
  expect(axis({ ...line, band: { name: 'r', low: [null, -2, -5], high: [null, 3, 95] } }).min).toBeUndefined()
  const { min = 0, max = 0, interval = 1 } = axis(line)
  expect([max, (max - min) % interval]).toEqual([100, 0])
})

test('a range is drawn between its two ends, and told with both', () => {
  const ranged: ChartSpec = { ...spec, kind: 'line', band: { name: 'r', low: [null, -2], high: [null, 3] } }
  const { series, tooltip } = compile(ranged, plain) as unknown as { series: { name: string; data: unknown; stackStrategy?: string }[]; tooltip: { formatter: (marks: unknown) => string } }
  expect(series.slice(1).map(({ data, stackStrategy }) => [data, stackStrategy])).toEqual([[[null, -2], 'all'], [[null, 5], 'all']])
  expect(tooltip.formatter([{ dataIndex: 1 }])).toBe('b\nr  -2 – 3人')
  expect(tooltip.formatter([{ dataIndex: 0 }])).toBe('<b>a</b>\ns  1人')
})
