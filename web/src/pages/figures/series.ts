import type { MetricAnswer, MetricPoint } from '../../api/metrics'
import type { ChartSpec } from '../../kit/chart'
import { valueOf } from '../../kit/figure'
import { yearBefore } from '../../kit/span'

export interface Words {
  value: string
  yearBefore: string
  forecast: string
  range: string
  span: (period: string) => string
  partial: (period: string) => string
}

function partsOf(answer: MetricAnswer, shown: number) {
  const all = answer.groups[0]?.points ?? []
  const known = new Map(all.map((point) => [point.period, point]))
  // Totals of a longer period stand in a picture of their own.
  const ahead = answer.forecast && !answer.forecast.total ? answer.forecast.points.filter(({ period }) => !known.has(period)) : []
  return { points: all.slice(-shown), known, ahead }
}

/** A series as a picture: what was, beside it the same periods of the year before, and what is foreseen with its range. */
export function pictured(answer: MetricAnswer, shown: number, withYearBefore: boolean, words: Words): ChartSpec {
  const { points, known, ahead } = partsOf(answer, shown)
  const x = [...points.map(name(words)), ...ahead.map(({ period }) => words.span(period))]
  const gap = <T,>(list: T[]) => list.map(() => null)
  const last = valueOf(points.at(-1))
  return {
    kind: 'line',
    x,
    unit: answer.unit,
    series: [
      { name: words.value, values: [...points.map(valueOf), ...gap(ahead)] },
      ...(withYearBefore
        ? [{ name: words.yearBefore, values: [...points, ...ahead].map(({ period }) => valueOf(known.get(yearBefore(period)))) }]
        : []),
      ...(ahead.length > 0 ? [{ name: words.forecast, dashed: true, values: [...gap(points.slice(1)), ...(points.length > 0 ? [last] : []), ...ahead.map(({ value }) => value)] }] : []),
    ],
    target: answer.target?.value,
    band:
      ahead.length > 0
        ? { name: words.range, low: [...gap(points), ...ahead.map(({ low }) => low)], high: [...gap(points), ...ahead.map(({ high }) => high)] }
        : undefined,
  }
}

/** The number that stands at a place of a line of the picture; `undefined` where it is foreseen, or there is none. */
export function pointAt(answer: MetricAnswer, shown: number, withYearBefore: boolean, line: number, place: number): MetricPoint | undefined {
  const { points, known, ahead } = partsOf(answer, shown)
  if (line === 0) return points[place]
  const period = [...points, ...ahead][place]?.period
  return line === 1 && withYearBefore && period !== undefined ? known.get(yearBefore(period)) : undefined
}

/** The running total of a longer period as it is foreseen. */
export function total(answer: MetricAnswer, words: Words): ChartSpec | undefined {
  const { forecast } = answer
  if (!forecast?.total || forecast.points.length === 0) return undefined
  return {
    kind: 'line',
    x: forecast.points.map(({ period }) => words.span(period)),
    unit: answer.unit,
    series: [{ name: words.forecast, dashed: true, values: forecast.points.map(({ value }) => value) }],
    target: answer.target?.value,
    band: { name: words.range, low: forecast.points.map(({ low }) => low), high: forecast.points.map(({ high }) => high) },
  }
}

function name(words: Words) {
  return (point: MetricPoint) => (point.partial && valueOf(point) !== null ? words.partial(words.span(point.period)) : words.span(point.period))
}
