import { queryOptions } from '@tanstack/react-query'
import { got } from './call'

export interface LineageNode {
  id: string
  title: string
  origin: string
  owner: string
  owner_phone?: string | null
  grade?: string | null
  columns?: { name: string; title?: string | null; grade?: string | null }[]
}

export interface LineageEdge {
  from: string
  to: string
  kind: string
}

export interface Lineage {
  root: string
  nodes: LineageNode[]
  edges: LineageEdge[]
  truncated: boolean
}

export interface LineageWish {
  of: string
  direction: 'up' | 'down' | 'both'
  depth: number
  columns: boolean
}

export const lineage = (wish: LineageWish) =>
  queryOptions({
    queryKey: ['lineage', wish],
    queryFn: ({ signal }) => got<Lineage>('/lineage', { query: { ...wish }, signal }),
    enabled: wish.of !== '',
  })
