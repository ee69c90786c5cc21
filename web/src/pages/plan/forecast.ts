import type { MetricAsk, MetricAnswer } from '../../api/metrics'
import type { PlanTarget } from '../../api/plans'

/** What the metric of a target is asked, so that it says where it will stand on the day of the target. */
export function forecastAsk(target: PlanTarget): MetricAsk | undefined {
  const { binding, standing } = target
  const due = target.due?.slice(0, 4)
  if (binding.kind !== 'metric' || !binding.id || !due || !standing || standing.closed_on) return undefined
  // Of a change or a share the metric itself does not tell what is compared.
  if (binding.way !== 'year-sum' && binding.way !== 'at-date') return undefined
  const comparison = ['>=', '<=', '>', '<', '='].includes(target.comparison) ? target.comparison : undefined
  return {
    metric: binding.id,
    // Of a sum of the year the total is foreseen, of a level its value.
    grain: binding.way === 'year-sum' ? 'year' : 'month',
    points: 1,
    forecast: due,
    ...(typeof target.value === 'number' && { target: { value: target.value, due, ...(comparison && { comparison }) } }),
  }
}

export interface Foreseen {
  value: number
  low: number
  high: number
  period: string
  unit: string
  isMet: boolean | undefined
}

/** Where the metric will stand at the end, when the forecast is one of what is compared: a total of the year, or a level. */
export function foreseen(target: PlanTarget, answer: MetricAnswer | undefined): Foreseen | undefined {
  const last = answer?.forecast?.points.at(-1)
  if (!answer?.forecast || !last) return undefined
  if (target.binding.way === 'year-sum' && !answer.forecast.total) return undefined
  const { value, low, high, period } = last
  // What is counted in another unit than the target says nothing about it.
  const isMet = answer.unit === target.unit ? (answer.target?.will_be_met ?? undefined) : undefined
  return { value, low, high, period, unit: answer.unit, isMet }
}
