import { queryOptions } from '@tanstack/react-query'
import { call, got } from './call'

export interface ColumnChange {
  what: string
  effect: string
  [more: string]: unknown
}

export interface DatasetChange {
  id: string
  changes: ColumnChange[]
  rows?: number | null
  rows_quarantined?: number | null
}

export interface PackChange {
  state: 'none' | 'waiting'
  packs: { id: string; from?: string | null; to?: string | null }[]
  datasets: DatasetChange[]
}

export interface PackStep {
  n: number
  at: string
  by: string
  what: string
  reason?: string | null
  packs?: unknown[]
  is_current?: boolean
}

export const packChange = queryOptions({
  queryKey: ['packs', 'change'],
  queryFn: ({ signal }) => got<PackChange>('/packs/change', { signal }),
})

export const packHistory = queryOptions({
  queryKey: ['packs', 'history'],
  queryFn: ({ signal }) => got<{ history: PackStep[] }>('/packs/history', { signal }),
})

export const applyChange = (reason: string) => call('POST', '/packs/change/apply', { body: { reason } })

export const rollBack = (n: number, reason: string) => call('POST', `/packs/history/${n}/rollback`, { body: { reason } })
