/** A tile of the picture: where it stands and how wide it is, in half tiles. */
export interface Tile {
  code: string
  column: number
  row: number
  width: 1 | 2
}

/**
 * The nine counties of Yancheng as equal tiles in rough geographic order, and the two zones as half tiles. It is a
 * diagram and no map: it has no boundaries that could be wrong.
 */
export const tiles: Tile[] = [
  { code: '320921', column: 3, row: 0, width: 2 },
  { code: '320923', column: 2, row: 1, width: 2 },
  { code: '320922', column: 4, row: 1, width: 2 },
  { code: '320925', column: 2, row: 2, width: 2 },
  { code: '320924', column: 4, row: 2, width: 2 },
  { code: '320903', column: 1, row: 3, width: 2 },
  { code: '320902', column: 3, row: 3, width: 2 },
  { code: '320904', column: 5, row: 3, width: 2 },
  { code: '320971', column: 1, row: 4, width: 1 },
  { code: '320972', column: 2, row: 4, width: 1 },
  { code: '320981', column: 3, row: 4, width: 2 },
]

/** Five steps from little to much; `undefined` where nothing is known. */
export function step(value: number | undefined, most: number): number | undefined {
  if (value === undefined) return undefined
  if (most <= 0) return 0
  return Math.min(4, Math.floor((value / most) * 5))
}
