import { useQuery } from '@tanstack/react-query'
import { type Sights, ownSights } from '../api/access'
import { useSession } from './useSession'

/** How often grants that say so may still be used, by dataset: of several the one that ends first. */
export function usesLeft({ sights }: Pick<Sights, 'sights'>): Map<string, number> {
  const left = new Map<string, number>()
  for (const { dataset, uses_left } of sights) {
    if (typeof uses_left === 'number') left.set(dataset, Math.min(uses_left, left.get(dataset) ?? uses_left))
  }
  return left
}

const NONE = new Map<string, number>()

/** The same for whoever looks; nothing of what is read without being counted. `isKnown` once that is sure. */
export function useUsesLeft(): { left: Map<string, number>; isKnown: boolean } {
  const { who } = useSession()
  const isAsked = who.kind === 'session'
  const { data, isPending } = useQuery({ ...ownSights, enabled: isAsked, staleTime: 60_000, select: usesLeft })
  return { left: data ?? NONE, isKnown: !isAsked || !isPending }
}
