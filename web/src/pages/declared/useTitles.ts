import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { explain } from '../../api/explain'
import type { ChartDeclared } from '../../api/pages'
import { dataset } from '../../api/queries'
import type { Words } from './spec'

const DIRECT = ['copied', 'transformed', 'aggregated']

interface Named {
  titles: Map<string, string>
  words: Words
}

const UNNAMED: Named = { titles: new Map(), words: new Map() }

/**
 * What the columns of numbers of a chart are called, and what the codes along its axis and of its lines stand for: the titles and
 * the words of the columns that the values come from. SQL has names for programs alone.
 */
export function useTitles(chart: ChartDeclared): Named | undefined {
  const queries = useQueryClient()
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const coded = [chart.x, chart.series].filter((name) => typeof name === 'string')
  const { data, isError } = useQuery({
    queryKey: ['declared', 'titles', chart.sql, coded, chart.y, isEnglish],
    queryFn: async ({ signal }) => {
      const { lineage } = await explain(chart.sql, undefined, signal)
      const origin = async (name: string, kinds: string[]) => {
        const flow = lineage.columns.find((column) => column.name === name)?.from.find(({ kind }) => kinds.includes(kind))
        if (!flow) return undefined
        const declared = await queries.fetchQuery({ ...dataset(flow.dataset), staleTime: 60_000 })
        return declared.columns.find((column) => column.name === flow.column)
      }
      const named: Named = { titles: new Map(), words: new Map() }
      for (const name of chart.y.length > 1 ? chart.y : []) {
        const title = (await origin(name, DIRECT))?.title
        if (title) named.titles.set(name, title)
      }
      for (const name of coded) {
        const words = (await origin(name, ['copied']))?.words ?? []
        named.words.set(name, new Map(words.map(({ code, title, title_en }) => [code, (isEnglish && title_en) || title])))
      }
      return named
    },
    staleTime: Infinity,
    retry: false,
  })
  return isError ? UNNAMED : data
}
