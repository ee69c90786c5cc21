import { useQuery } from '@tanstack/react-query'
import { type Fold, folding } from './fold'

const plain = folding('')

/** The folding of signs, whose table is fetched once; until it is there, traditional signs are told apart. */
export function useFold(): Fold {
  const { data } = useQuery({
    queryKey: ['simplified'],
    queryFn: async () => folding((await import('./simplified-table')).table),
    staleTime: Infinity,
    gcTime: Infinity,
  })
  return data ?? plain
}
