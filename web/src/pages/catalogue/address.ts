import type { EntryFilter } from '../../api/ledger'

/** What the list can be narrowed by, in the order of the page. */
export const facets = ['owner', 'status', 'fresh', 'sharing', 'opening', 'grade', 'refresh', 'origin', 'kind', 'division', 'theme', 'point'] as const
export type Facet = (typeof facets)[number]

export const sorts = ['relevance', 'title', 'updated', 'score', 'rows'] as const

/** The address holds the whole state, and is what the program is asked: `?q=rk&owner=市公安局,市住建局&sort=rows`. */
export function asked(address: URLSearchParams): EntryFilter {
  const filter: EntryFilter = {}
  for (const name of ['q', 'sort', 'lacks', ...facets]) {
    const value = address.get(name)?.trim()
    if (value) filter[name] = value
  }
  return filter
}

export function chosen(address: URLSearchParams, facet: Facet): string[] {
  return (address.get(facet) ?? '').split(',').filter(Boolean)
}

/** How many things narrow the list, beside what was typed. */
export function active(address: URLSearchParams): number {
  return facets.filter((facet) => chosen(address, facet).length > 0).length
}
