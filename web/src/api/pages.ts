import { queryOptions } from '@tanstack/react-query'
import { got } from './call'

export interface PageLine {
  id: string
  title: string | { zh: string; en?: string | null }
  kind: string
  pack: string
  about?: string | null
}

export interface Tile {
  title: string | { zh: string; en?: string | null }
  sql: string
  unit?: string | null
}

export interface ChartDeclared {
  title: string | { zh: string; en?: string | null }
  type: 'bar' | 'line' | 'pie'
  sql: string
  x: string
  /** One or more columns of numbers. */
  y: string[]
  series?: string | null
  unit?: string | null
}

export interface PageDeclared extends PageLine {
  dataset?: string
  columns?: string[]
  filters?: string[]
  sort?: { column: string; descending: boolean }[]
  tiles?: Tile[]
  charts?: ChartDeclared[]
}

export const pages = queryOptions({
  queryKey: ['pages'],
  queryFn: ({ signal }) => got<{ pages: PageLine[] }>('/pages', { signal }),
  select: (list) => list.pages,
  staleTime: 60_000,
})

export const page = (id: string) =>
  queryOptions({
    queryKey: ['page', id],
    queryFn: ({ signal }) => got<PageDeclared>(`/pages/${encodeURIComponent(id)}`, { signal }),
  })
