import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { ask, client } from './client'
import type { Answer, Batch } from './types'

/** Everything that pages read, as query options: one name a thing, so that a change can say what it makes stale. */
export const datasets = queryOptions({
  queryKey: ['datasets'],
  queryFn: ({ signal }) => ask(client.GET('/api/v1/datasets', { signal })),
  select: (list) => list.datasets,
})

export const dataset = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/datasets/{id}', { params: { path: { id } }, signal })),
  })

export const versions = (id: string) =>
  queryOptions({
    queryKey: ['versions', id],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/datasets/{id}/versions', { params: { path: { id } }, signal })),
    select: (list) => list.versions,
  })

export const sources = queryOptions({
  queryKey: ['sources'],
  queryFn: async ({ signal }) => {
    const sources = []
    let after: string | undefined
    do {
      const page = await ask(client.GET('/api/v1/sources', { params: { query: { after, limit: 1000 } }, signal }))
      sources.push(...page.sources)
      after = page.next ?? undefined
    } while (after)
    return sources
  },
})

export const packs = queryOptions({
  queryKey: ['packs'],
  queryFn: ({ signal }) => ask(client.GET('/api/v1/packs', { signal })),
  select: (list) => list.packs,
})

export const notices = queryOptions({
  queryKey: ['notices'],
  queryFn: ({ signal }) => ask(client.GET('/api/v1/notices', { signal })),
  select: (list) => list.notices,
  refetchInterval: 60_000,
})

export interface BatchFilter {
  dataset?: string
  status?: string
  limit?: number
}

/** The newest batches, one page. */
export const latestBatches = (filter: BatchFilter = {}) =>
  queryOptions({
    queryKey: ['batches', 'latest', filter],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/batches', { params: { query: filter }, signal })),
    select: (page) => page.batches,
    refetchInterval: (query) => (query.state.data?.batches.some(isUnderWay) ? 2_000 : 60_000),
  })

/** All batches, page by page. */
export const batches = (filter: BatchFilter) =>
  infiniteQueryOptions({
    queryKey: ['batches', 'pages', filter],
    queryFn: ({ pageParam, signal }) =>
      ask(client.GET('/api/v1/batches', { params: { query: { ...filter, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

export const batch = (id: string) =>
  queryOptions({
    queryKey: ['batch', id],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/batches/{id}', { params: { path: { id } }, signal })),
    refetchInterval: (query) => (query.state.data && isUnderWay(query.state.data) ? 400 : false),
  })

export interface RowFilter {
  reason?: string
  waiting?: boolean
}

export const quarantine = (id: string, filter: RowFilter) =>
  infiniteQueryOptions({
    queryKey: ['quarantine', id, filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        client.GET('/api/v1/batches/{id}/quarantine', {
          params: { path: { id }, query: { ...filter, after: pageParam, limit: 50 } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

/** Under a grant whose uses are counted only where whoever looks has agreed to it. */
export const sample = (id: string, isCounted: boolean) =>
  queryOptions({
    queryKey: ['sample', id, isCounted],
    queryFn: ({ signal }) => runSql(`SELECT * FROM ${id} LIMIT 20`, isCounted ? {} : { uncounted: true }, signal),
    // Looking away and back is no other use, and neither is it that something else on the page has changed.
    ...(isCounted && { staleTime: Infinity, enabled: (query: { state: { data: unknown } }) => query.state.data === undefined }),
  })

export interface ReadPoint {
  as_of?: string
  limit?: number
  /** Uses no grant up whose uses are counted, and shows nothing under one. */
  uncounted?: boolean
}

export async function runSql(sql: string, point: ReadPoint = {}, signal?: AbortSignal): Promise<Answer> {
  const answer = await ask(client.POST('/api/v1/query', { body: { sql, ...point }, signal }))
  return answer as unknown as Answer
}

export function isUnderWay(batch: Pick<Batch, 'status'>): boolean {
  return batch.status === 'running' || batch.status === 'committing'
}

/** The boards that packs bring, without their numbers. */
export const boards = queryOptions({
  queryKey: ['boards'],
  queryFn: ({ signal }) => ask(client.GET('/api/v1/boards', { signal })),
  select: (list) => list.boards,
})
