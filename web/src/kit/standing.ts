import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { datasets, latestBatches, notices } from '../api/queries'
import type { Batch, DatasetLine, Notice } from '../api/types'
import { freshness } from './freshness'
import type { LampState } from './lamp'
import { useNow } from './useNow'

/** A dataset and how it stands: what its line in the list does not say, from its last batches and open notices. */
export interface Standing extends DatasetLine {
  pack: string
  lamp: LampState
  score: number | null
  /** The newest batch that tells something; not one that changed nothing. */
  batch: Batch | undefined
  notice: Notice | undefined
}

export function standings(
  lines: DatasetLine[],
  recent: Batch[],
  open: Notice[],
  now: number,
): Standing[] {
  return lines.map((line) => {
    const own = recent.filter((batch) => batch.dataset === line.id)
    const told = open.filter((one) => one.dataset === line.id)
    return {
      ...line,
      pack: line.id.split('.')[0] ?? line.id,
      lamp: freshness(line, now, told.some(({ kind }) => kind === 'late')),
      score: own.find((batch) => typeof batch.score === 'number' && batch.status === 'collected')?.score ?? null,
      batch: own.find((batch) => batch.status !== 'unchanged'),
      notice: told[0],
    }
  })
}

/** The list of datasets decides about loading and failing; batches and notices are added when they are there. */
export function useStandings() {
  const query = useQuery(datasets)
  const { data: recent } = useQuery(latestBatches({ limit: 500 }))
  const { data: open } = useQuery(notices)
  const now = useNow()
  const data = useMemo(
    () => query.data && standings(query.data, recent ?? [], open ?? [], now),
    [query.data, recent, open, now],
  )
  return { ...query, data }
}
