import type { components } from '../api/schema'

export type Area = components['schemas']['CityArea']

/** A tile of the picture: where it stands and how wide it is, in half tiles. */
export interface Tile {
  code: string
  /** The id of the unit that manages it, where numbers are told by managing unit. */
  unit?: string | null | undefined
  /** From 1. */
  column: number
  /** From 0. */
  row: number
  width: 1 | 2
}

/** How many stand in a row where the city places none. */
const [LEAST_IN_A_ROW, MOST_IN_A_ROW] = [3, 5]

/**
 * The counties of the city as tiles where its folder says that they roughly lie; those that it says nothing of stand in a
 * grid below, in the order of their codes. It is a diagram and no map: it has no boundaries that could be wrong.
 */
export function layout(areas: Area[]): Tile[] {
  const counties = areas.filter(({ is_city }) => !is_city)
  const said = counties.flatMap(({ code, unit, place }) => (place ? [{ ...place, code, unit, width: place.width === 1 ? (1 as const) : (2 as const) }] : []))
  const [left, top] = [Math.min(...said.map(({ column }) => column)), Math.min(...said.map(({ row }) => row))]
  const placed: Tile[] = said.map((tile) => ({ ...tile, column: tile.column - left + 1, row: tile.row - top }))
  const others = counties.filter(({ place }) => !place).sort((one, other) => (one.code < other.code ? -1 : 1))
  const { columns, rows } = extent(placed)
  const inRow = rows > 0 ? Math.max(1, Math.floor(columns / 2)) : Math.min(MOST_IN_A_ROW, Math.max(LEAST_IN_A_ROW, Math.ceil(Math.sqrt(others.length))))
  const below = others.map(({ code, unit }, at): Tile => ({ code, unit, column: 1 + 2 * (at % inRow), row: rows + Math.floor(at / inRow), width: 2 }))
  return [...placed, ...below].sort((one, other) => one.row - other.row || one.column - other.column)
}

/** How many half tiles and rows a picture has. */
export function extent(tiles: Tile[]): { columns: number; rows: number } {
  return {
    columns: Math.max(0, ...tiles.map(({ column, width }) => column + width - 1)),
    rows: Math.max(0, ...tiles.map(({ row }) => row + 1)),
  }
}

/** The tile of an area, by its code or by the unit that manages it. */
export function tileOf<T extends Pick<Tile, 'code' | 'unit'>>(tiles: T[], area: string): T | undefined {
  return tiles.find(({ code, unit }) => code === area || unit === area)
}

/** Five steps from little to much; `undefined` where nothing is known. */
export function step(value: number | undefined, most: number, least = 0): number | undefined {
  if (value === undefined) return undefined
  if (most <= least) return 0
  return Math.max(0, Math.min(4, Math.floor(((value - least) / (most - least)) * 5)))
}
