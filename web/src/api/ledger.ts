import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, got } from './call'

export interface Titles {
  zh: string
  en?: string | null
}

export interface EntryColumn {
  name: string
  type: string
  title: Titles
  standard?: string | null
  grade?: string | null
  about?: string | null
}

export interface Facts {
  rows?: number | null
  bytes?: number | null
  version?: number | null
  last_batch?: string | null
  last_at?: string | null
  score?: number | null
  fresh?: boolean | null
  uses_30_days: number
}

export type Status = 'drafted' | 'reviewed' | 'published' | 'changed' | 'withdrawn'

export interface Entry {
  id: string
  code?: string | null
  title: Titles
  about?: string | null
  owner: string
  owner_code?: string | null
  steward?: string | null
  contact?: string | null
  late_contact?: string | null
  origin?: string | null
  kind: string
  grade?: string | null
  sharing: { class?: string | null; basis?: string | null; condition?: string | null; method?: string | null }
  opening?: string | null
  opening_condition?: string | null
  refresh?: string | null
  division?: string | null
  theme?: string | null
  tags: string[]
  points: number[]
  related: string[]
  columns?: EntryColumn[]
  status: Status
  /** Where it may be moved from here. */
  moves: Status[]
  duties: { role: string; who?: string | null }[]
  revision: number
  is_pack: boolean
  lacks: string[]
  created_at: string
  updated_at: string
  published_at?: string | null
  facts: Facts
}

export interface Piece {
  text: string
  hit: boolean
}

/** A result; what was found of it comes in pieces of plain text. */
export interface EntryHit extends Entry {
  highlight?: { title?: Piece[] | null; about?: Piece[] | null; columns: Record<string, Piece[]> } | null
}

export interface FacetValue {
  value: string
  count: number
  title?: string | null
}

export interface EntryPage {
  entries: EntryHit[]
  total: number
  facets: Record<string, FacetValue[]>
  next?: string | null
}

/** What narrows the list: words that were typed, an order, and values of facets. */
export type EntryFilter = Record<string, string>

const PAGE = 50

export const entries = (filter: EntryFilter, limit = PAGE) =>
  infiniteQueryOptions({
    queryKey: ['ledger', 'entries', filter, limit],
    queryFn: ({ pageParam, signal }) =>
      got<EntryPage>('/ledger/entries', { query: { ...filter, limit, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    // While somebody types, the rows before stay.
    placeholderData: keepPreviousData,
  })

export const entry = (id: string) =>
  queryOptions({
    queryKey: ['ledger', 'entry', id],
    queryFn: ({ signal }) => call<Entry>('GET', `/ledger/entries/${encodeURIComponent(id)}`, { signal }),
  })

export interface HistoryLine {
  revision: number
  kind: string
  at: string
  who: string
  status_from?: Status | null
  status_to: Status
  reason?: string | null
  changes: { field: string; from: unknown; to: unknown }[]
}

export const history = (id: string) =>
  queryOptions({
    queryKey: ['ledger', 'history', id],
    queryFn: ({ signal }) => got<{ revisions: HistoryLine[] }>(`/ledger/entries/${encodeURIComponent(id)}/history`, { query: { limit: 500 }, signal }),
  })

export interface Suggestion {
  id: string
  title: Titles
  owner: string
  kind: string
  status: Status
}

export const suggest = (typed: string) =>
  queryOptions({
    queryKey: ['ledger', 'suggest', typed],
    queryFn: ({ signal }) => got<{ entries: Suggestion[] }>('/ledger/suggest', { query: { q: typed, limit: 8 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

export interface RollupLine {
  /** `unset` for entries that say nothing, absent in the sum of all. */
  value?: string | null
  title?: string | null
  entries: number
  published: number
  complete: number
  fresh: number
  stale: number
  never_delivered: number
  rows: number
  average_score?: number | null
}

export const rollup = (by: string) =>
  queryOptions({
    queryKey: ['ledger', 'rollup', by],
    queryFn: ({ signal }) => got<{ by: string; rows: RollupLine[]; total: RollupLine }>('/ledger/rollup', { query: { by }, signal }),
  })

export interface IndicatorSet {
  id: string
  title: Titles
  about?: string | null
  /** The document that asks for it. */
  basis?: string | null
  indicators: number
  /** Nobody has issued it: it shows what one looks like. */
  sample: boolean
}

export interface IndicatorAnswer {
  value?: number | null
  /** Why there is no value. */
  gap?: string | null
  entries: number
  unknown: number
}

export interface Indicator {
  id: string
  title: Titles
  about?: string | null
  unit: string
  city: IndicatorAnswer
  /** By the codes of the counties. */
  counties: Record<string, IndicatorAnswer>
}

export interface IndicatorReport {
  set: IndicatorSet
  items: Indicator[]
  gaps: number
}

export const indicatorSets = queryOptions({
  queryKey: ['ledger', 'indicators'],
  queryFn: ({ signal }) => got<{ sets: IndicatorSet[] }>('/ledger/indicators', { signal }),
})

export const indicators = (set: string) =>
  queryOptions({
    queryKey: ['ledger', 'indicators', set],
    queryFn: ({ signal }) =>
      got<IndicatorReport>(`/ledger/indicators/${encodeURIComponent(set)}`, { signal }),
  })

export function moveEntry(id: string, to: Status, reason: string, match: string | undefined): Promise<unknown> {
  return call('POST', `/ledger/entries/${encodeURIComponent(id)}/transitions`, { body: { to, reason }, match })
}

export function patchEntry(id: string, part: object, match: string | undefined): Promise<unknown> {
  return call('PATCH', `/ledger/entries/${encodeURIComponent(id)}`, { body: part, match })
}
