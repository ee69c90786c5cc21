import { useQuery, useQueryClient } from '@tanstack/react-query'
import { explain } from '../../api/explain'
import type { ChartDeclared } from '../../api/pages'
import { dataset } from '../../api/queries'

const DIRECT = ['copied', 'transformed', 'aggregated']

/**
 * What the columns of numbers of a chart are called: the titles of the columns that their values come from. SQL has names
 * for programs alone.
 */
export function useTitles(chart: ChartDeclared): Map<string, string> | undefined {
  const queries = useQueryClient()
  const isNeeded = chart.y.length > 1
  const { data, isError } = useQuery({
    queryKey: ['declared', 'titles', chart.sql],
    queryFn: async ({ signal }) => {
      const { lineage } = await explain(chart.sql, undefined, signal)
      const titles = new Map<string, string>()
      for (const name of chart.y) {
        const flow = lineage.columns.find((column) => column.name === name)?.from.find(({ kind }) => DIRECT.includes(kind))
        if (!flow) continue
        const declared = await queries.fetchQuery({ ...dataset(flow.dataset), staleTime: 60_000 })
        const title = declared.columns.find((column) => column.name === flow.column)?.title
        if (title) titles.set(name, title)
      }
      return titles
    },
    enabled: isNeeded,
    staleTime: Infinity,
    retry: false,
  })
  return isNeeded && !isError ? data : new Map()
}
