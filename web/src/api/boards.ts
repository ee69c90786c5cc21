import type { components } from './schema'

type Schemas = components['schemas']

export type Board = Schemas['Board']
export type BoardArea = Schemas['BoardArea']
/** What a board sends when data changed: the tiles that differ. */
export type BoardChange = Schemas['BoardChange']
export type BoardTile = Schemas['BoardTile']
/** The lamps of a work plan, and one of them. */
export type Lamps = Schemas['LampsOfBoard']
export type Lamp = Schemas['LampOfBoard']
/** Columns and rows from 0, and how many of them. */
export type Slot = Schemas['BoardSlot']

export function boardPath(id: string, area: string | undefined, what = ''): string {
  const asked = area ? `?${new URLSearchParams({ area }).toString()}` : ''
  return `/boards/${encodeURIComponent(id)}${what}${asked}`
}
