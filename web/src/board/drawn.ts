import { scale } from '../kit/scale'

/** The geometry of a small trend: pure, so that a wall of forty draws without a chart library. */
export interface Area {
  width: number
  height: number
  /** The height of a letter, from which the room for words follows. */
  letter: number
}

export interface Drawn {
  /** One path a line, with breaks where numbers are missing. */
  lines: string[]
  /** The same down to the ground, for areas. */
  areas: string[]
  bars: { x: number; y: number; width: number; height: number }[]
  /** Numbers at the left edge with their heights. */
  ticks: { value: number; y: number }[]
  /** Where names stand below, as places in the list. */
  names: { place: number; x: number }[]
  targetY: number | undefined
  ends: { x: number; y: number }[]
  /** Where each number that is there can be pressed, line by line. */
  spots: Spot[]
}

/** The line and the place in it of a number, with the area around it. */
export interface Spot {
  line: number
  place: number
  x: number
  y: number
  width: number
  height: number
}

const MOST_NAMES = 6
/** In letters. */
const NAME_WIDTH = 7.5
const TICK_HEIGHT = 1.3

/** The room around the picture, which words need. */
export function edges({ letter }: Area) {
  return { left: letter * 4.2, right: letter, top: letter * 0.8, bottom: letter * 1.9 }
}

export function drawn(series: (number | null)[][], target: number | undefined, kind: string, area: Area): Drawn | undefined {
  const { width, height, letter } = area
  const edge = edges(area)
  const known = series.flat().filter((value) => value !== null)
  const count = Math.max(0, ...series.map((values) => values.length))
  if (known.length === 0 || count === 0 || width <= edge.left + edge.right || height <= edge.top + edge.bottom) return undefined
  const { low, high, ticks } = scale(target === undefined ? known : [...known, target], kind !== 'line')
  const [inner, tall] = [width - edge.left - edge.right, height - edge.top - edge.bottom]
  const y = (value: number) => round(edge.top + tall * (1 - (value - low) / (high - low)))
  const slot = inner / count
  const x = (place: number) => round(edge.left + (kind === 'bar' ? slot * (place + 0.5) : count === 1 ? inner / 2 : (inner * place) / (count - 1)))
  const ground = y(Math.max(low, Math.min(high, 0)))
  const runs = series.map((values) => unbroken(values, x, y))
  const barWidth = (slot * 0.66) / series.length
  const barX = (line: number, place: number) => round(x(place) - (barWidth * series.length) / 2 + barWidth * line)
  const between = kind === 'bar' ? slot : inner / Math.max(1, count - 1)
  /** A number alone at its place is pressed anywhere above and below it; of several lines each has its own part. */
  const spot = (value: number, line: number, place: number): Omit<Spot, 'line' | 'place'> => {
    if (kind === 'bar' && series.length > 1) return { x: barX(line, place), y: edge.top, width: round(barWidth), height: round(tall) }
    const [left, width] = [round(x(place) - between / 2), round(between)]
    return series.length > 1 ? { x: left, y: round(y(value) - letter), width, height: round(2 * letter) } : { x: left, y: edge.top, width, height: round(tall) }
  }
  return {
    lines: kind === 'bar' ? [] : runs.map((parts) => parts.map((part) => `M${part.map(({ x: at, y: up }) => `${at},${up}`).join('L')}`).join('')),
    areas:
      kind === 'area'
        ? runs.map((parts) => parts.map((part) => `M${part[0]?.x},${ground}L${part.map(({ x: at, y: up }) => `${at},${up}`).join('L')}L${part.at(-1)?.x},${ground}Z`).join(''))
        : [],
    bars:
      kind === 'bar'
        ? series.flatMap((values, line) =>
            values.flatMap((value, place) => {
              if (value === null) return []
              const [top, bottom] = [Math.min(y(value), ground), Math.max(y(value), ground)]
              return [{ x: barX(line, place), y: top, width: round(barWidth), height: round(Math.max(1, bottom - top)) }]
            }),
          )
        : [],
    ticks: readable(ticks, Math.floor(tall / (letter * TICK_HEIGHT))).map((value) => ({ value, y: y(value) })),
    names: named(count, Math.max(1, Math.min(MOST_NAMES, Math.floor(inner / (NAME_WIDTH * letter))))).map((place) => ({ place, x: x(place) })),
    targetY: target === undefined ? undefined : y(target),
    ends: kind === 'bar' ? [] : runs.flatMap((parts) => parts.at(-1)?.at(-1) ?? []),
    spots: series.flatMap((values, line) => values.flatMap((value, place) => (value === null ? [] : [{ line, place, ...spot(value, line, place) }]))),
  }
}

/** The stretches between gaps. */
function unbroken(values: (number | null)[], x: (place: number) => number, y: (value: number) => number) {
  const parts: { x: number; y: number }[][] = [[]]
  values.forEach((value, place) => {
    if (value === null) parts.push([])
    else parts.at(-1)?.push({ x: x(place), y: y(value) })
  })
  return parts.filter((part) => part.length > 0)
}

/** Where not all numbers have room, only the least and the greatest. */
function readable(ticks: number[], most: number): number[] {
  return ticks.length - 1 <= most ? ticks : [...ticks.slice(0, 1), ...ticks.slice(-1)]
}

/** Places for names: evenly, the last one always among them. */
function named(count: number, most: number): number[] {
  if (most <= 1) return [count - 1]
  if (count <= most) return Array.from({ length: count }, (_, place) => place)
  const step = Math.ceil((count - 1) / (most - 1))
  const places = []
  for (let place = count - 1; place >= 0; place -= step) places.push(place)
  return places.reverse()
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
