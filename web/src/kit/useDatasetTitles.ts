import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { titles } from '../api/ledger'
import { datasets } from '../api/queries'
import { useEntryTitle } from './entry'
import { useSession } from './useSession'

/** Titles of datasets by their ids: of all for whoever may read the catalogue, to others of those that they read. */
export function useDatasetTitles(): Map<string, string> {
  const { may, who } = useSession()
  const named = useEntryTitle()
  const isReader = may('browse') || who.kind === 'local'
  const { data: all } = useQuery({ ...titles, enabled: isReader })
  const { data: own } = useQuery({ ...datasets, enabled: !isReader && who.kind !== 'visitor', staleTime: 60_000 })
  return useMemo(() => {
    const readable = own?.map(({ id, title, title_en }) => ({ id, title: { zh: title, en: title_en ?? null } }))
    return new Map([...(readable ?? []), ...(all ?? [])].map(({ id, title }) => [id, named(title)]))
  }, [all, own, named])
}
