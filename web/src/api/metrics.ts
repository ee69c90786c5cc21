import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask, client } from './client'
import { ApiError } from './errors'
import type { components } from './schema'

type Schemas = components['schemas']

export type MetricLine = Schemas['MetricLine']
export type MetricDefinition = Schemas['MetricDefinition']
export type MetricDimension = Schemas['MetricDimension']
export type MetricAsk = Schemas['MetricAsk']
export type MetricAnswer = Schemas['MetricAnswer']
export type MetricGroup = Schemas['MetricGroup']
export type MetricPoint = Schemas['MetricPoint']
export type MetricChange = Schemas['MetricChange']
export type MetricNumber = Schemas['MetricNumber']
export type MetricNote = Schemas['MetricNote']
export type MetricRecorded = Schemas['MetricRecorded']
export type MetricAlert = Schemas['MetricAlert']

/** A number may be told anew at any time; it is looked at once a minute. */
const AGAIN = 60_000

export const metrics = queryOptions({
  queryKey: ['metrics'],
  queryFn: ({ signal }) => ask(client.GET('/api/v1/metrics', { signal })),
  select: (list) => list.metrics,
  refetchInterval: AGAIN,
})

export const metric = (id: string) =>
  queryOptions({
    queryKey: ['metric', id],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/metrics/{id}', { params: { path: { id } }, signal })),
  })

/** Several questions in one request. One that fails does not spoil the others: its place holds what went wrong. */
export const answers = (id: string, asks: MetricAsk[]) =>
  queryOptions({
    queryKey: ['metric', id, 'answers', asks],
    queryFn: async ({ signal }) => {
      const { outcomes } = await ask(client.POST('/api/v1/metrics/ask', { body: { asks }, signal }))
      return outcomes.map((outcome) => ('answer' in outcome ? outcome.answer : new ApiError(outcome.problem)))
    },
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN,
  })

export const history = (id: string, period: string | null | undefined, area: string) =>
  queryOptions({
    queryKey: ['metric', id, 'history', period, area],
    queryFn: ({ signal }) =>
      ask(client.GET('/api/v1/metrics/{id}/history', { params: { path: { id }, query: { period: period ?? '', area } }, signal })),
    select: (found) => found.numbers,
    enabled: Boolean(period),
  })

export const notes = (id: string) =>
  queryOptions({
    queryKey: ['metric', id, 'notes'],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/metrics/{id}/notes', { params: { path: { id } }, signal })),
    select: (list) => list.notes,
  })

export function addNote(id: string, note: Schemas['WriteNote']): Promise<MetricNote> {
  return ask(client.POST('/api/v1/metrics/{id}/notes', { params: { path: { id } }, body: note }))
}

export async function removeNote(id: string, note: number): Promise<void> {
  await ask(client.DELETE('/api/v1/metrics/{id}/notes/{note}', { params: { path: { id, note } } }))
}

/** The numbers that are outside of their bounds now. */
export const openAlerts = queryOptions({
  queryKey: ['alerts', 'open'],
  queryFn: ({ signal }) => ask(client.GET('/api/v1/alerts', { params: { query: { open: true, limit: 1000 } }, signal })),
  select: (list) => list.alerts,
  refetchInterval: AGAIN,
})
