import type { EChartsCoreOption } from 'echarts/core'
import { fontFamily, house, series as colours } from '../theme/tokens'
import * as format from './format'

/** What a picture shows, in a small closed grammar; nobody hands options to the chart itself. */
export interface ChartSpec {
  kind: 'bar' | 'line' | 'pie'
  x: string[]
  series: { name: string; values: (number | null)[] }[]
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
  const size = manner.large ? 16 : 12
  const text = { color: house.secondary, fontFamily, fontSize: size }
  return {
    animation: false,
    color: [...colours],
    textStyle: { fontFamily },
    aria: { enabled: true, decal: { show: manner.decal } },
    // Names in data are text: the other way of the tooltip would take them for HTML.
    tooltip: {
      trigger: spec.kind === 'pie' ? 'item' : 'axis',
      renderMode: 'richText',
      textStyle: { color: house.text, fontFamily, fontSize: size },
      valueFormatter: (value: unknown) => worded(value, spec.unit, manner.language),
    },
    ...(spec.series.length > 1 || spec.kind === 'pie' ? { legend: { top: 0, type: 'scroll', textStyle: text } } : {}),
    ...(spec.kind === 'pie' ? pie(spec, text) : axes(spec, manner, text)),
  }
}

/** A row of bars lies down where their names would not fit side by side. */
export function isLying(spec: ChartSpec): boolean {
  const longest = Math.max(0, ...spec.x.map((name) => name.length))
  return spec.kind === 'bar' && spec.x.length > 2 && (spec.x.length > MANY || longest > 8)
}

function axes(spec: ChartSpec, manner: Manner, text: object): EChartsCoreOption {
  const lying = isLying(spec)
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
    ...(spec.kind === 'line' && { scale: true }),
    ...(spec.most !== undefined && { max: spec.most }),
    axisLabel: { ...text, formatter: (value: number) => format.short(value, manner.language) },
    splitLine: { lineStyle: { color: house.line } },
  }
  return {
    grid: { left: 8, right: 24, top: spec.series.length > 1 ? 36 : 16, bottom: 8, containLabel: true },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: spec.series.map((one, place) => ({
      name: one.name,
      type: spec.kind,
      data: one.values,
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
    })),
  }
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
  return `${format.number(value, language)}${unit ? ` ${unit}` : ''}`
}
