import type { Readings } from '../../kit/pinyin'
import { found } from '../../kit/search'
import type { Standing } from '../../kit/standing'

/** What the list can be narrowed by, in the order of the page. */
export const facets = ['lamp', 'owner', 'pack', 'grade', 'refresh', 'origin'] as const
export type Facet = (typeof facets)[number]

export interface Filter {
  typed: string
  chosen: Record<Facet, string[]>
}

/** The address holds the whole state: `?q=rk&owner=市公安局&grade=general-3,core`. */
export function fromAddress(address: URLSearchParams): Filter {
  const chosen = Object.fromEntries(
    facets.map((facet) => [facet, (address.get(facet) ?? '').split(',').filter(Boolean)]),
  )
  return { typed: address.get('q') ?? '', chosen: chosen as Filter['chosen'] }
}

export function narrowed(all: Standing[], filter: Filter, table?: Readings): Standing[] {
  return all.filter((one) => isFound(one, filter, table) && facets.every((facet) => passes(one, filter, facet)))
}

function isFound(one: Standing, filter: Filter, table?: Readings): boolean {
  return found([one.title, one.id, one.owner], filter.typed, table)
}

function passes(one: Standing, filter: Filter, facet: Facet): boolean {
  const wanted = filter.chosen[facet]
  return wanted.length === 0 || wanted.includes(one[facet])
}

/** How many datasets each value of a facet would leave, the other facets as they are. */
export function counts(all: Standing[], filter: Filter, facet: Facet, table?: Readings): [string, number][] {
  const others = facets.filter((other) => other !== facet)
  const left = all.filter((one) => isFound(one, filter, table) && others.every((other) => passes(one, filter, other)))
  const sums = new Map<string, number>(filter.chosen[facet].map((value) => [value, 0]))
  for (const one of left) sums.set(one[facet], (sums.get(one[facet]) ?? 0) + 1)
  return [...sums].sort(([one, some], [other, more]) => more - some || one.localeCompare(other, 'zh-CN'))
}
