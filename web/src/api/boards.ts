import type { MetricAnswer } from './metrics'
import type { components } from './schema'
import type { Problem } from './types'

type Title = components['schemas']['PageTitle']

/** Columns and rows from 0, and how many of them. */
export interface Slot {
  x: number
  y: number
  w: number
  h: number
}

export interface BoardTile {
  id: string
  kind: string
  title?: Title | null
  slot: Slot
  wide?: Slot | null
  draw?: string | null
  unit?: string | null
  decimals?: number | null
  direction?: string | null
  answer?: MetricAnswer | null
  problem?: Problem | null
  text?: Title | null
  drill?: string | null
}

export interface BoardArea {
  code: string
  name: string
}

export interface Board {
  id: string
  title: Title
  about?: string | null
  area?: BoardArea | null
  areas: BoardArea[]
  tiles: BoardTile[]
  data_version: string | number
}

/** What a board sends when data changed: the tiles that differ. */
export interface BoardChange {
  tiles: BoardTile[]
  data_version: string | number
}

export interface BoardHead {
  id: string
  title: Title
  about?: string | null
}

export function boardPath(id: string, area: string | undefined, what = ''): string {
  const asked = area ? `?${new URLSearchParams({ area }).toString()}` : ''
  return `/boards/${encodeURIComponent(id)}${what}${asked}`
}
