import { useQuery } from '@tanstack/react-query'
import { ownSights } from '../api/access'
import { type HiddenField, hiddenFields } from './hidden'
import { useSession } from './useSession'

const NOTHING = new Map<string, HiddenField>()

/** What whoever looks does not see as it is, by `dataset.column`; nothing for whoever sees everything. */
export function useHidden(): Map<string, HiddenField> {
  const { who } = useSession()
  const { data } = useQuery({ ...ownSights, enabled: who.kind === 'session', staleTime: 60_000 })
  return data && !data.everything ? hiddenFields(data) : NOTHING
}
