/** A tile of the picture: where it stands and how wide it is, in half tiles. */
export interface Tile {
  code: string
  /** The id of the unit that manages it, where numbers are told by managing unit. */
  unit: string
  column: number
  row: number
  width: 1 | 2
}

/**
 * The nine counties of Yancheng as equal tiles in rough geographic order, and the two zones as half tiles. It is a
 * diagram and no map: it has no boundaries that could be wrong.
 */
export const tiles: Tile[] = [
  { code: '320921', unit: 'xiangshui', column: 3, row: 0, width: 2 },
  { code: '320923', unit: 'funing', column: 2, row: 1, width: 2 },
  { code: '320922', unit: 'binhai', column: 4, row: 1, width: 2 },
  { code: '320925', unit: 'jianhu', column: 2, row: 2, width: 2 },
  { code: '320924', unit: 'sheyang', column: 4, row: 2, width: 2 },
  { code: '320903', unit: 'yandu', column: 1, row: 3, width: 2 },
  { code: '320902', unit: 'tinghu', column: 3, row: 3, width: 2 },
  { code: '320904', unit: 'dafeng', column: 5, row: 3, width: 2 },
  { code: '320971', unit: 'kaifaqu', column: 1, row: 4, width: 1 },
  { code: '320972', unit: 'yannan', column: 2, row: 4, width: 1 },
  { code: '320981', unit: 'dongtai', column: 3, row: 4, width: 2 },
]

/** The tile of an area, by its code or by the unit that manages it. */
export function tileOf(area: string): Tile | undefined {
  return tiles.find(({ code, unit }) => code === area || unit === area)
}

/** Five steps from little to much; `undefined` where nothing is known. */
export function step(value: number | undefined, most: number, least = 0): number | undefined {
  if (value === undefined) return undefined
  if (most <= least) return 0
  return Math.max(0, Math.min(4, Math.floor(((value - least) / (most - least)) * 5)))
}
