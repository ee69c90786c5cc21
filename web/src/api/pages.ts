import { queryOptions } from '@tanstack/react-query'
import { ask, client } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type PageDeclared = Schemas['Page']
export type Tile = Schemas['PageTile']
export type ChartDeclared = Schemas['PageChart']

export const pages = queryOptions({
  queryKey: ['pages'],
  queryFn: ({ signal }) => ask(client.GET('/api/v1/pages', { signal })),
  select: (list) => list.pages,
  staleTime: 60_000,
})

export const page = (id: string) =>
  queryOptions({
    queryKey: ['page', id],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/pages/{id}', { params: { path: { id } }, signal })),
  })
