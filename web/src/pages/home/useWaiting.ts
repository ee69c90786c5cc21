import { useQueries, useQuery } from '@tanstack/react-query'
import { ask, client } from '../../api/client'
import { latestBatches } from '../../api/queries'
import { largestQuarantines } from './todo'

const LOOKED_INTO = 6

/** Batches with rows that still wait. The list of batches does not tell, so the largest quarantines are asked for one row. */
export function useWaiting() {
  const { data: recent = [] } = useQuery(latestBatches({ limit: 500 }))
  const candidates = largestQuarantines(recent, LOOKED_INTO)
  return useQueries({
    queries: candidates.map((batch) => ({
      queryKey: ['quarantine', batch.id, 'any'],
      queryFn: () =>
        ask(
          client.GET('/api/v1/batches/{id}/quarantine', {
            params: { path: { id: batch.id }, query: { waiting: true, limit: 1 } },
          }),
        ),
    })),
    combine: (results) => candidates.filter((_, place) => (results[place]?.data?.rows.length ?? 0) > 0),
  })
}
