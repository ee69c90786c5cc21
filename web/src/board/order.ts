import type { BoardTile, Slot } from '../api/boards'

/** From top to bottom, then from left to right, as one reads; so a phone and a screen reader meet them. */
export function inOrder(tiles: BoardTile[], isWide: boolean): BoardTile[] {
  return [...tiles].sort((one, other) => {
    const [here, there] = [slotOf(one, isWide), slotOf(other, isWide)]
    return here.y - there.y || here.x - there.x
  })
}

const WALL_COLUMNS = 24

export function slotOf({ slot, wide }: Pick<BoardTile, 'slot' | 'wide'>, isWide: boolean): Slot {
  return isWide ? (wide ?? slot) : slot
}

/** A board that says nothing of a wall has there the places of a desk; its blocks then become twice as wide. */
export function spread(tiles: BoardTile[]): BoardTile[] {
  const isNarrow = tiles.every((tile) => {
    const { x, w } = slotOf(tile, true)
    return x + w <= WALL_COLUMNS / 2
  })
  if (!isNarrow) return tiles
  return tiles.map((tile) => {
    const slot = slotOf(tile, true)
    return { ...tile, wide: { ...slot, x: slot.x * 2, w: slot.w * 2 } }
  })
}

export function rowsOf(tiles: BoardTile[], isWide: boolean): number {
  return Math.max(1, ...tiles.map((tile) => slotOf(tile, isWide)).map(({ y, h }) => y + h))
}
