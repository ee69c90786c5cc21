import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call, got } from './call'

export interface Run {
  id: string
  model: string
  started_at: string
  ended_at?: string | null
  trigger: string
  mode: string
  why: string
  status: string
  inputs: Record<string, { from?: number | null; to?: number | null }>
  rows_in?: number | null
  rows_added?: number | null
  rows_removed?: number | null
  rows_quarantined?: number | null
  version?: number | null
  score?: number | null
  error?: { code: string; message: string; help?: string | null } | null
  duration_ms?: number | null
}

export interface Model {
  id: string
  title: string
  inputs: string[]
  state: string
  /** Why it stands so, where that is not plain. */
  why?: string | null
  last_run?: Run | null
  rows?: number | null
  /** Rows that the refresh under way has looked at. */
  rows_so_far?: number | null
  version?: number | null
}

export interface ModelDetail extends Model {
  sql: string
  mode_possible: { incremental: boolean; why: string }
  downstream: string[]
}

export const models = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => got<{ models: Model[] }>('/models', { signal }),
  select: (list) => list.models,
  refetchInterval: (query) => (query.state.data?.models.some((model) => model.state === 'running') ? 1_000 : 60_000),
})

export const model = (id: string) =>
  queryOptions({
    queryKey: ['model', id],
    queryFn: ({ signal }) => got<ModelDetail>(`/models/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 1_000 : false),
  })

export const runs = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['model', id, 'runs'],
    queryFn: ({ pageParam, signal }) =>
      got<{ runs: Run[]; next?: string | null }>(`/models/${encodeURIComponent(id)}/runs`, {
        query: { limit: 30, before: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

export interface ModelPlan {
  incremental: boolean
  why: string
  inputs: Record<string, { by: string; column?: string | null; why?: string | null }>
  plan: string
  state: string[]
}

export const modelPlan = (id: string) =>
  queryOptions({
    queryKey: ['model', id, 'explain'],
    queryFn: ({ signal }) => got<ModelPlan>(`/models/${encodeURIComponent(id)}/explain`, { signal }),
  })

export function runModel(id: string, full: boolean, downstream: boolean, signal: AbortSignal): Promise<unknown> {
  return call('POST', `/models/${encodeURIComponent(id)}/run`, { body: { full, downstream }, signal })
}

export function runAll(full: boolean, signal: AbortSignal): Promise<unknown> {
  return call('POST', '/models/run', { body: { full }, signal })
}

export interface NewModel {
  name: string
  title: string
  sql: string
  reason: string
}

export function saveModel(given: NewModel): Promise<unknown> {
  return call('POST', '/models', { body: given })
}
