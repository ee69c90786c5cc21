import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ownSights } from '../api/access'
import { dataset as datasetQuery } from '../api/queries'
import type { HiddenColumn } from './HiddenSign'
import { hiddenFields, isWhole, keptBack } from './hidden'
import { useSession } from './useSession'

export interface KeptBack {
  /** Whether cells of a column are kept back from whoever looks; nothing is while it is not known. */
  is: (name: string) => boolean
  /** Why those of these columns are, for the sign in the place of a cell, or of a text that their cells stand in. */
  of: (names: string[], title: string) => HiddenColumn
}

/** Which cells of deliveries of a dataset are kept back, and why; looked up once for all cells of a table. */
export function useKeptBack(dataset: string): KeptBack {
  const { who } = useSession()
  const { data: sights } = useQuery({ ...ownSights, enabled: who.kind === 'session', staleTime: 60_000 })
  const columns = useQuery(datasetQuery(dataset)).data?.columns
  return useMemo(() => {
    const hidden = sights && hiddenFields(sights)
    const places = new Map<string, number>(columns?.map(({ name }, place) => [name, place]))
    const fieldOf = (name: string) => `${dataset}.${name}`
    const placeOf = (name = '') => places.get(name) ?? -1
    return {
      is: (name) => sights !== undefined && !isWhole(fieldOf(name), sights),
      of: (names, title) => {
        const fields = names.map((name) => keptBack(fieldOf(name), sights, columns?.[placeOf(name)]?.grade, hidden))
        return { place: placeOf(names[0]), title, fields, isDerived: false }
      },
    }
  }, [dataset, sights, columns])
}
