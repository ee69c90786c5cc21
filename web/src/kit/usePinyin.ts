import { useQuery } from '@tanstack/react-query'
import { readings } from './pinyin'

/** The table of readings, fetched once, after the page that searches is there. */
export function usePinyin() {
  const { data } = useQuery({
    queryKey: ['pinyin'],
    queryFn: async () => readings((await import('./pinyin-table')).table),
    staleTime: Infinity,
    gcTime: Infinity,
  })
  return data
}
