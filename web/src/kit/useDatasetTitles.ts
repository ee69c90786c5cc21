import { useQuery } from '@tanstack/react-query'
import { titles } from '../api/ledger'
import { useEntryTitle } from './entry'
import { useSession } from './useSession'

/** Titles of datasets by their ids, for whoever may read the catalogue; others read ids. */
export function useDatasetTitles(): Map<string, string> {
  const { may } = useSession()
  const named = useEntryTitle()
  const { data = [] } = useQuery({ ...titles, enabled: may('browse') })
  return new Map(data.map(({ id, title }) => [id, named(title)]))
}
