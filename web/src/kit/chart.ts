import type { EChartsCoreOption } from 'echarts/core'
import { fontFamily, house, series as colours } from '../theme/tokens'
import { unitAfter } from './figure'
import * as format from './format'
import { scale } from './scale'

/** What a picture shows, in a small closed grammar; nobody hands options to the chart itself. */
export interface ChartSpec {
  kind: 'bar' | 'line' | 'pie'
  x: string[]
  series: { name: string; values: (number | null)[]; dashed?: boolean }[]
  /** Between which values something lies that is not known for certain; lines only. */
  band?: { name: string; low: (number | null)[]; high: (number | null)[] } | undefined
  unit?: string | undefined
  /** A line that the values should reach. */
  target?: number | undefined
  /** Scores end at 100. */
  most?: number | undefined
}

export interface Manner {
  language: string
  /** Patterns beside the colours, for those who cannot tell the colours apart and for paper. */
  decal: boolean
  large: boolean
}

/** More values than fit under each other are read along the other axis. */
const MANY = 8

export function compile(spec: ChartSpec, manner: Manner): EChartsCoreOption {
  const text = { color: house.secondary, fontFamily, fontSize: size(manner) }
  return {
    animation: false,
    color: [...colours],
    textStyle: { fontFamily },
    aria: { enabled: true, decal: { show: manner.decal } },
    // Names in data are text: the other way of the tooltip would take them for HTML.
    tooltip: {
      trigger: spec.kind === 'pie' ? 'item' : 'axis',
      renderMode: 'richText',
      textStyle: { color: house.text, fontFamily, fontSize: size(manner) },
      valueFormatter: (value: unknown) => worded(value, spec.unit, manner.language),
      ...(spec.band && { formatter: (marks: unknown) => told(marks, spec, manner.language) }),
    },
    ...(spec.series.length > 1 || spec.kind === 'pie' ? { legend: { top: 0, type: 'scroll', textStyle: text, data: legend(spec) } } : {}),
    ...(spec.kind === 'pie' ? pie(spec, text) : axes(spec, manner, text)),
  }
}

/** A row of bars lies down where their names would not fit side by side. */
export function isLying(spec: ChartSpec): boolean {
  const longest = Math.max(0, ...spec.x.map((name) => name.length))
  return spec.kind === 'bar' && spec.x.length > 2 && (spec.x.length > MANY || longest > 8)
}

/**
 * Where the axis of a line begins when that is not zero, which has to be said beside it; bars always begin at zero.
 */
export function axisFrom(spec: ChartSpec): number | undefined {
  return raised(spec)?.low
}

/** The axis of a line that begins above zero. */
function raised(spec: ChartSpec): ReturnType<typeof scale> | undefined {
  const shown = drawn(spec)
  if (spec.kind !== 'line' || shown.length === 0 || Math.min(...shown) <= 0) return undefined
  const axis = scale(shown, false)
  return axis.low > 0 ? axis : undefined
}

/** All that has to find room along the axis. */
function drawn({ series, band: given, target }: ChartSpec): number[] {
  return [...series.flatMap(({ values }) => values), ...(given ? [...given.low, ...given.high] : []), target ?? null].filter((value) => value !== null)
}

/** The ends of the axis of a line. Marks stand from its beginning on, as far apart as they are round numbers. */
function ends(spec: ChartSpec): object {
  const axis = raised(spec)
  if (!axis) return drawn(spec).every((value) => value >= 0) ? { min: 0 } : {}
  const [first = 0, second = 0] = axis.ticks
  return { min: axis.low, max: axis.high, interval: second - first }
}

function axes(spec: ChartSpec, manner: Manner, text: object): EChartsCoreOption {
  const lying = isLying(spec)
  const unit = unitAfter(spec.unit ?? '').trim()
  const names = {
    type: 'category',
    data: spec.x,
    inverse: lying,
    axisLabel: { ...text, ...(lying && { width: 120, overflow: 'truncate' }) },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: house.controlBorder } },
  }
  const values = {
    type: 'value',
    ...(spec.kind === 'line' && { scale: true, ...ends(spec) }),
    name: unit,
    nameTextStyle: text,
    ...(spec.series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value))) && { minInterval: 1 }),
    ...(spec.most !== undefined && { max: spec.most }),
    axisLabel: { ...text, formatter: (value: number) => format.short(value, manner.language) },
    splitLine: { lineStyle: { color: house.line } },
  }
  return {
    // The number at the line of the target stands right of the picture.
    grid: { left: 8, right: spec.target === undefined && !(lying && unit) ? 24 : 64, top: (spec.series.length > 1 ? 36 : 16) + (unit && !lying ? size(manner) + 8 : 0), bottom: 8, containLabel: true },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: [...spec.series.map((one, place) => ({
      name: one.name,
      type: spec.kind,
      data: one.values,
      ...(one.dashed && { lineStyle: { type: 'dashed' } }),
      ...(spec.kind === 'bar' && { barMaxWidth: 28 }),
      ...(spec.kind === 'line' && { symbol: 'circle', symbolSize: 7, showSymbol: one.values.length < 60 }),
      ...(place === 0 && spec.target !== undefined && {
        markLine: {
          symbol: 'none',
          data: [{ [lying ? 'xAxis' : 'yAxis']: spec.target }],
          lineStyle: { color: house.warning },
          label: { color: house.warning, formatter: format.short(spec.target, manner.language) },
        },
      }),
    })), ...band(spec)],
  }
}

function size({ large }: Manner): number {
  return large ? 16 : 12
}

/** An area between two lines is drawn as an invisible line with a filled one stacked on it. */
function band({ band: given, series }: ChartSpec): object[] {
  if (!given) return []
  const colour = colours[Math.max(0, series.findIndex(({ dashed }) => dashed)) % colours.length]
  const line = { type: 'line', stack: given.name, stackStrategy: 'all', symbol: 'none', silent: true, lineStyle: { opacity: 0 } }
  const width = given.high.map((high, place) => {
    const low = given.low[place]
    return high === null || typeof low !== 'number' ? null : high - low
  })
  return [
    { ...line, name: `${given.name}-`, data: given.low },
    { ...line, name: given.name, data: width, areaStyle: { color: colour, opacity: 0.18 }, itemStyle: { color: colour } },
  ]
}

/** What is under the pointer, line by line; the band with both its ends. */
function told(marks: unknown, spec: ChartSpec, language: string): string {
  const [first] = Array.isArray(marks) ? (marks as { dataIndex: number }[]) : []
  if (!first) return ''
  const at = first.dataIndex
  const lines = spec.series.flatMap(({ name, values }) => (typeof values[at] === 'number' ? [`${name}  ${worded(values[at], spec.unit, language)}`] : []))
  const [low, high] = [spec.band?.low[at], spec.band?.high[at]]
  const between = typeof low === 'number' && typeof high === 'number'
  return [spec.x[at], ...lines, ...(between ? [`${spec.band?.name}  ${format.number(low, language)} – ${worded(high, spec.unit, language)}`] : [])].join('\n')
}

function legend({ series, band: given, kind, x }: ChartSpec): string[] {
  return kind === 'pie' ? x : [...series.map(({ name }) => name), ...(given ? [given.name] : [])]
}

function pie(spec: ChartSpec, text: object): EChartsCoreOption {
  const [first] = spec.series
  return {
    series: [
      {
        name: first?.name ?? '',
        type: 'pie',
        radius: ['38%', '68%'],
        center: ['50%', '56%'],
        label: { ...text, formatter: '{b} {d}%' },
        data: spec.x.map((name, place) => ({ name, value: first?.values[place] ?? 0 })),
      },
    ],
  }
}

function worded(value: unknown, unit: string | undefined, language: string): string {
  if (typeof value !== 'number') return '—'
  return `${format.number(value, language)}${unitAfter(unit ?? '')}`
}
