import type { MetricAsk } from '../api/metrics'

/** A board that was opened for one area asks every number for it, by the dimension that metrics have for areas. */
export function onlyArea(area: string | undefined): NonNullable<MetricAsk['only']> {
  return area ? { area: [area] } : {}
}
