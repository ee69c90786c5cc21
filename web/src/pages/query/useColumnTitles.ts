import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Explained } from '../../api/explain'
import { dataset } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { columnTitles } from './titles'

const known = (results: { data: DatasetDetail | undefined }[]) => results.map(({ data }) => data)

interface Titles {
  /** Of those columns of the answer that are columns of datasets. */
  titles: Map<string, string>
  /** Of the columns of the datasets that were read, by `dataset.column`. */
  fields: Map<string, string>
}

/** What an answer's columns are called, and the fields that it was made of. */
export function useColumnTitles(estimate: Explained | undefined): Titles {
  const columns = estimate?.lineage.columns
  const ids = [...new Set(columns?.flatMap(({ from }) => from.map((one) => one.dataset)))]
  const details = useQueries({ queries: ids.map((id) => ({ ...dataset(id), retry: false, staleTime: 60_000 })), combine: known })
  return useMemo(() => {
    const fields = new Map(details.flatMap((one) => one?.columns.map(({ name, title }) => [`${one.id}.${name}`, title] as const) ?? []))
    return { titles: columnTitles(columns ?? [], (id, name) => fields.get(`${id}.${name}`)), fields }
  }, [columns, details])
}
