import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Explained } from '../../api/explain'
import { dataset } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { columnTitles } from './titles'

const known = (results: { data: DatasetDetail | undefined }[]) => results.map(({ data }) => data)

/** The titles of those columns of an answer that are columns of datasets. */
export function useColumnTitles(estimate: Explained | undefined): Map<string, string> {
  const columns = estimate?.lineage.columns
  const ids = [...new Set(columns?.flatMap(({ from }) => from.map((one) => one.dataset)))]
  const details = useQueries({ queries: ids.map((id) => ({ ...dataset(id), retry: false, staleTime: 60_000 })), combine: known })
  return useMemo(() => {
    const titleOf = (id: string, name: string) => details.find((one) => one?.id === id)?.columns.find((column) => column.name === name)?.title
    return columnTitles(columns ?? [], titleOf)
  }, [columns, details])
}
