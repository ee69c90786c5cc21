import { useQuery } from '@tanstack/react-query'
import { ownSights } from '../api/access'
import { dataset as datasetQuery } from '../api/queries'
import type { HiddenColumn } from './HiddenSign'
import { isWhole, keptBack } from './hidden'
import { useSession } from './useSession'

export interface KeptBack {
  /** Whether cells of a column are kept back from whoever looks; nothing is while it is not known. */
  is: (name: string) => boolean
  /** Why they are, for the sign in their place. */
  of: (name: string, title: string) => HiddenColumn
}

/** Which cells of deliveries of a dataset are kept back, and why. */
export function useKeptBack(dataset: string): KeptBack {
  const { who } = useSession()
  const { data: sights } = useQuery({ ...ownSights, enabled: who.kind === 'session', staleTime: 60_000 })
  const columns = useQuery(datasetQuery(dataset)).data?.columns ?? []
  const fieldOf = (name: string) => `${dataset}.${name}`
  return {
    is: (name) => sights !== undefined && !isWhole(fieldOf(name), sights),
    of: (name, title) => {
      const place = columns.findIndex((column) => column.name === name)
      return { place, title, fields: [keptBack(fieldOf(name), sights, columns[place]?.grade)], isDerived: false }
    },
  }
}
