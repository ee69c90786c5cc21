import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, got } from './call'
import type { components } from './schema'

type Schemas = components['schemas']

export type Titles = Schemas['Title']
export type EntryColumn = Schemas['EntryColumn']
export type Entry = Schemas['Entry']
export type EntryHit = Schemas['EntryHit']
export type EntryPage = Schemas['EntryPage']
export type FacetValue = Schemas['FacetValue']
export type HistoryLine = Schemas['Revision']
export type Indicator = Schemas['Indicator']
export type IndicatorAnswer = Schemas['IndicatorAnswer']
export type IndicatorReport = Schemas['IndicatorReport']
export type Piece = Schemas['Piece']
export type RollupLine = Schemas['RollupRow']

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

/** All titles, for pages that name datasets. */
export const titles = queryOptions({
  queryKey: ['ledger', 'titles'],
  queryFn: async ({ signal }) => {
    const entries: Pick<EntryHit, 'id' | 'title'>[] = []
    let after: string | undefined
    do {
      const page = await got<EntryPage>('/ledger/entries', { query: { limit: 200, facets: false, after }, signal })
      entries.push(...page.entries)
      after = page.next ?? undefined
    } while (after)
    return entries
  },
  staleTime: 60_000,
})

export const entry = (id: string) =>
  queryOptions({
    queryKey: ['ledger', 'entry', id],
    queryFn: ({ signal }) => call<Entry>('GET', `/ledger/entries/${encodeURIComponent(id)}`, { signal }),
  })

export const history = (id: string) =>
  queryOptions({
    queryKey: ['ledger', 'history', id],
    queryFn: ({ signal }) => got<Schemas['History']>(`/ledger/entries/${encodeURIComponent(id)}/history`, { query: { limit: 500 }, signal }),
  })

export const suggest = (typed: string) =>
  queryOptions({
    queryKey: ['ledger', 'suggest', typed],
    queryFn: ({ signal }) => got<Schemas['Suggestions']>('/ledger/suggest', { query: { q: typed, limit: 8 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

export const rollup = (by: string) =>
  queryOptions({
    queryKey: ['ledger', 'rollup', by],
    queryFn: ({ signal }) => got<Schemas['Rollup']>('/ledger/rollup', { query: { by }, signal }),
  })

export const indicatorSets = queryOptions({
  queryKey: ['ledger', 'indicators'],
  queryFn: ({ signal }) => got<Schemas['IndicatorSetList']>('/ledger/indicators', { signal }),
})

export const indicators = (set: string) =>
  queryOptions({
    queryKey: ['ledger', 'indicators', set],
    queryFn: ({ signal }) =>
      got<IndicatorReport>(`/ledger/indicators/${encodeURIComponent(set)}`, { signal }),
  })

export function moveEntry(id: string, to: string, reason: string, match: string | undefined): Promise<unknown> {
  return call('POST', `/ledger/entries/${encodeURIComponent(id)}/transitions`, { body: { to, reason }, match })
}

export function patchEntry(id: string, part: object, match: string | undefined): Promise<unknown> {
  return call('PATCH', `/ledger/entries/${encodeURIComponent(id)}`, { body: part, match })
}
