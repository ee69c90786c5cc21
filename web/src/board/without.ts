import type { BoardArea } from '../api/boards'
import type { MetricAnswer } from '../api/metrics'
import type { Tile } from '../kit/cartogram'

/** The words for an area without a number: a zone is within that of its county where the data do not list it. */
export function whyWithout(tile: Pick<Tile, 'width'> | undefined): 'board.not-apart' | 'figure.no-data' {
  return tile?.width === 1 ? 'board.not-apart' : 'figure.no-data'
}

/**
 * The areas of a board that an answer by area has no number of, so that a list names the same ones as the map beside it. None where
 * it is about something else, about one area, or a part of a longer list.
 */
export function without({ groups, groups_in_all: inAll }: Pick<MetricAnswer, 'groups' | 'groups_in_all'>, areas: BoardArea[], area: string | undefined): BoardArea[] {
  if (area !== undefined || groups.length < inAll) return []
  const known = new Set(groups.map(({ keys }) => (keys.length === 1 ? keys[0]?.value : undefined)))
  if (!areas.some(({ code }) => known.has(code))) return []
  return areas.filter(({ code }) => !known.has(code))
}
