import { queryOptions } from '@tanstack/react-query'
import { call } from './call'
import type { components } from './schema'

type Schemas = components['schemas']

/** Rows of one dataset in a trail, and through `made` those that they were made of. */
export type TrailStep = Schemas['TrailStep']
export type TrailMade = Schemas['TrailMade']

export type MetricTrail = Schemas['MetricTrail']

/** Which number's trail is wanted. */
export type TrailAsk = Schemas['NumberTrail'] & { metric: string }

export const metricTrail = ({ metric, period, until, only }: TrailAsk) =>
  queryOptions({
    queryKey: ['metric', metric, 'trail', period, until, only],
    queryFn: async ({ signal }) =>
      (await call<MetricTrail>('POST', `/metrics/${encodeURIComponent(metric)}/trail`, { body: { period, until, only }, signal })).data,
    staleTime: 60_000,
  })
