import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call, got } from './call'
import type { components } from './schema'

type Schemas = components['schemas']

export type PackChange = Schemas['PackChange']
export type DatasetChange = Schemas['DatasetChange']
export type RowCounts = Schemas['RowCounts']
export type PackStep = Schemas['PackHistoryEntry']

export const packChange = queryOptions({
  queryKey: ['packs', 'change'],
  // What is being counted is asked for again; nobody waits for it on a page.
  queryFn: ({ signal }) => got<PackChange>('/packs/change', { query: { wait_seconds: 0 }, signal }),
  refetchInterval: (query) => (query.state.data?.state === 'counting' ? 1_000 : 60_000),
})

export const packHistory = infiniteQueryOptions({
  queryKey: ['packs', 'history'],
  queryFn: ({ pageParam, signal }) =>
    got<{ changes: PackStep[]; next?: string | null }>('/packs/history', { query: { limit: 20, after: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
})

export const rollbackPlan = (number: number) =>
  queryOptions({
    queryKey: ['packs', 'rollback', number],
    queryFn: ({ signal }) => got<PackChange>(`/packs/history/${number}/rollback`, { signal }),
  })

/** Applies just the change that was seen. */
export const applyChange = (reason: string, seen: string | null | undefined) =>
  call('POST', '/packs/change/apply', { body: { reason, ...(seen && { seen }) } })

export const cancelChange = () => call('POST', '/packs/change/cancel', { body: {} })

export const rollBack = (number: number, reason: string) =>
  call('POST', `/packs/history/${number}/rollback`, { body: { reason } })
