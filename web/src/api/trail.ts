import { queryOptions } from '@tanstack/react-query'
import { call } from './call'
import type { MetricAsk } from './metrics'
import type { components } from './schema'

type Schemas = components['schemas']

/** Rows of one dataset in a trail, and through `made` those that they were made of. */
export type TrailStep = Schemas['TrailStep']
export type TrailMade = Schemas['TrailMade']

export type MetricTrail = Schemas['MetricTrail']

export const metricTrail = ({ metric, period, only }: MetricAsk) =>
  queryOptions({
    queryKey: ['metric', metric, 'trail', period, only],
    queryFn: async ({ signal }) =>
      (await call<MetricTrail>('POST', `/metrics/${encodeURIComponent(metric)}/trail`, { body: { period, only }, signal })).data,
    staleTime: 60_000,
  })
