import { useQuery } from '@tanstack/react-query'
import { type Sights, ownSights } from '../api/access'
import { type HiddenField, hiddenFields, isPartial } from './hidden'
import { useSession } from './useSession'

const NOTHING = new Map<string, HiddenField>()

// One function, so that it runs once for what was read and not each time something is drawn.
const hiddenOf = (sights: Sights) => (sights.everything ? NOTHING : hiddenFields(sights))

/** What whoever looks does not see as it is, by `dataset.column`; nothing for whoever sees everything. */
export function useHidden(): Map<string, HiddenField> {
  const { who } = useSession()
  const { data } = useQuery({ ...ownSights, enabled: who.kind === 'session', staleTime: 60_000, select: hiddenOf })
  return data ?? NOTHING
}

/** Whether whoever looks sees some rows of a dataset alone. */
export function useIsPartial(dataset: string): boolean {
  const { who } = useSession()
  const { data } = useQuery({ ...ownSights, enabled: who.kind === 'session', staleTime: 60_000 })
  return data !== undefined && isPartial(dataset, data)
}

/** Whether whoever looks sees some of a dataset; until that is known it is taken for so. */
export function useIsSeen(dataset: string): boolean {
  const { who } = useSession()
  const { data } = useQuery({ ...ownSights, enabled: who.kind === 'session', staleTime: 60_000 })
  return data === undefined || data.everything || data.sights.some((sight) => sight.dataset === dataset)
}
