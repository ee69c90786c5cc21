import { queryOptions } from '@tanstack/react-query'
import { call } from './call'
import type { MetricAsk, MetricDefinition } from './metrics'
import type { Run } from './models'
import type { Batch, Cell } from './types'

/** Rows of one dataset in a trail, and through `made` those that they were made of. */
export interface TrailStep {
  dataset: string
  title?: string | null
  owner?: string | null
  origin?: string | null
  version?: number | null
  columns: { name: string; type: string; title?: string | null }[]
  rows: Cell[][]
  more: boolean
  count?: number | null
  contributes: boolean
  decides: boolean
  doubts: string[]
  gone?: string | null
  deliveries: Record<string, Batch>
  grant?: unknown
  receipt?: unknown
  made?: TrailMade | null
}

export interface TrailMade {
  run?: Run | null
  sql?: string | null
  partial: boolean
  inputs: TrailStep[]
  end?: string | null
}

export interface MetricTrail {
  definition: MetricDefinition
  trail: TrailStep
}

export const metricTrail = (ask: MetricAsk) =>
  queryOptions({
    queryKey: ['metric', ask.metric, 'trail', ask],
    queryFn: async ({ signal }) => (await call<MetricTrail>('POST', `/metrics/${encodeURIComponent(ask.metric)}/trail`, { body: ask, signal })).data,
    staleTime: 60_000,
  })
