import { queryOptions } from '@tanstack/react-query'
import { ask, client } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type Lineage = Schemas['LineageGraph']
export type LineageNode = Schemas['LineageNode']
export type LineageEdge = Schemas['LineageEdge']

export interface LineageWish {
  of: string
  direction: 'up' | 'down' | 'both'
  depth: number
  columns: boolean
}

export const lineage = (wish: LineageWish) =>
  queryOptions({
    queryKey: ['lineage', wish],
    queryFn: ({ signal }) => ask(client.GET('/api/v1/lineage', { params: { query: { ...wish } }, signal })),
    enabled: wish.of !== '',
  })
