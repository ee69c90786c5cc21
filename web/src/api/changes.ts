import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call, got } from './call'

export interface PackChange {
  /** `counting` while the stored rows are read to see what would become of them. */
  state: 'none' | 'waiting' | 'counting'
  to?: string | null
  packs: { pack: string; from?: string | null; to?: string | null }[]
  datasets: DatasetChange[]
  rows_done?: number | null
}

export interface DatasetChange {
  id: string
  effect: string
  changes: { what: string; name?: string | null; from?: string | null; to?: string | null; effect: string }[]
  rows: number
  counts?: RowCounts | null
}

export interface RowCounts {
  rows: number
  rows_converted: number
  rows_quarantined: number
  rows_returned: number
  reasons: Record<string, number>
  samples: { batch: string; row: number; reasons: string[]; cells: Record<string, string | null> }[]
}

export interface PackStep {
  number: number
  kind: string
  status: string
  applied_by: string
  reason: string
  started_at: string
  ended_at?: string | null
  steps: { dataset: string; version?: number | null; counts?: RowCounts | null }[]
}

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
