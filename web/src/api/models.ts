import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call, got } from './call'
import type { components } from './schema'

type Schemas = components['schemas']

export type Run = Schemas['ModelRun']
export type Model = Schemas['Model']
export type ModelDetail = Schemas['ModelDetail']
export type ModelPlan = Schemas['ModelExplained']
export type NewModel = Schemas['SaveModel']

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
        query: { limit: 30, after: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

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

export function saveModel(given: NewModel): Promise<unknown> {
  return call('POST', '/models', { body: given })
}
