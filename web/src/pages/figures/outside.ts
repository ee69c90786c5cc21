import type { MetricAlert, MetricLine } from '../../api/metrics'

/** How the newest numbers of a metric stand to its bounds. */
export type Standing = { is: 'whole-outside'; kind: string } | { is: 'areas-outside'; count: number } | { is: 'inside' } | { is: 'no-data' }

/** Of each metric the alert of the whole city, and the areas that have one. */
export type Outside = Map<string, { whole: MetricAlert | undefined; areas: Set<string> }>

export function outsideOf(alerts: MetricAlert[]): Outside {
  const outside: Outside = new Map()
  for (const alert of alerts) {
    const { whole, areas } = outside.get(alert.metric) ?? { whole: undefined, areas: new Set<string>() }
    const isWhole = alert.area === ''
    outside.set(alert.metric, { whole: isWhole ? alert : whole, areas: isWhole ? areas : areas.add(alert.area) })
  }
  return outside
}

/**
 * `undefined` where there is nothing to say: for a metric without bounds or of which the list tells no number, and for every one until
 * the alerts are known.
 */
export function standingOf({ id, bounded, is_whole, newest }: Pick<MetricLine, 'id' | 'bounded' | 'is_whole' | 'newest'>, outside: Outside | undefined): Standing | undefined {
  if (!outside) return undefined
  const { whole, areas } = outside.get(id) ?? {}
  if (whole) return { is: 'whole-outside', kind: whole.kind }
  if (areas && areas.size > 0) return { is: 'areas-outside', count: areas.size }
  if (!bounded || !is_whole) return undefined
  return { is: newest ? 'inside' : 'no-data' }
}
