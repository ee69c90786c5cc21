/** A half tile of the map, in units of the picture, and the gap after it. */
export const WIDE = 50
export const HIGH = 62
export const GAP = 3

export interface Lettering {
  /** The name, line by line, each with the place below the top of the tile that it stands on. */
  lines: { text: string; y: number }[]
  valueY: number
  /** Where the name ends and the number begins: what is pressed above opens the board for the area, and below the trail. */
  between: number
}

/** The words of a tile. A half tile has room for a long name in two lines, which stand closer. */
export function lettering(name: string, width: 1 | 2): Lettering {
  const [upper, lower] = width === 1 ? halves(name) : [name]
  if (lower === undefined) return { lines: [{ text: upper, y: 24 }], valueY: 46, between: 30 }
  return { lines: [{ text: upper, y: 18 }, { text: lower, y: 33 }], valueY: 52, between: 38 }
}

/** Chinese breaks anywhere, and other names only between words. */
function halves(name: string): [string, string?] {
  const [first = name, ...others] = name.split(' ')
  if (others.length > 0) return [first, others.join(' ')]
  if (name.length <= 3 || !/\p{Script=Han}/u.test(name)) return [name]
  const middle = Math.floor(name.length / 2)
  return [name.slice(0, middle), name.slice(middle)]
}
