import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, got } from './call'
import type { components } from './schema'

type Schemas = components['schemas']

export type Suggestion = Schemas['SuggestionLine']
export type Reason = Schemas['ReasonLine']
export type Summary = Schemas['Summary']
export type SummaryLine = Schemas['SummaryLine']
export type Classified = Schemas['ClassifiedLine']
export type DeclaredLowering = Schemas['DeclaredLowering']
export type Decision = Schemas['Decision']

export interface SuggestionFilter {
  dataset?: string
  owner?: string
  status?: string
  class?: string
  grade?: string
  bearing?: string
}

export const summary = queryOptions({
  queryKey: ['classification', 'summary'],
  queryFn: ({ signal }) => got<Summary>('/classification', { signal }),
})

export const suggestions = (filter: SuggestionFilter) =>
  infiniteQueryOptions({
    queryKey: ['classification', 'suggestions', filter],
    queryFn: ({ pageParam, signal }) =>
      got<Schemas['SuggestionPage']>('/classification/suggestions', { query: { ...filter, limit: 50, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export const lowerings = infiniteQueryOptions({
  queryKey: ['classification', 'lowerings'],
  queryFn: ({ pageParam, signal }) =>
    got<Schemas['Lowerings']>('/classification/lowerings', { query: { limit: 50, after: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
})

export const decide = async (body: Decision) => (await call<Schemas['DecisionList']>('POST', '/classification/decisions', { body })).data

export const lookAgain = async (dataset?: string) =>
  (await call<Summary>('POST', '/classification/renewal', { body: { dataset: dataset ?? null } })).data
