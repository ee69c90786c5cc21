import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { preview } from '../../api/upload'
import type { Delivery } from '../../api/upload'
import { useSettled } from '../../kit/useSettled'

const files = new WeakMap<File, number>()
let known = 0

/** A file has no name that tells it from another. */
function numberOf(file: File): number {
  const found = files.get(file)
  if (found !== undefined) return found
  known += 1
  files.set(file, known)
  return known
}

/** How the file would be read with what is filled in, asked again when that changes. */
export function usePreview(delivery: (Omit<Delivery, 'file' | 'mode'> & { file?: File }) | undefined) {
  const { file, header_row, sheet, ...chosen } = delivery ?? {}
  // What is typed settles first; what is chosen counts at once.
  const typed = useSettled(JSON.stringify({ header_row, sheet }))
  const wish = JSON.stringify({ ...chosen, ...(JSON.parse(typed) as object) })
  return useQuery({
    queryKey: ['preview', file ? numberOf(file) : 0, wish],
    queryFn: ({ signal }) => preview({ ...(JSON.parse(wish) as Omit<Delivery, 'file'>), file: file as File }, signal),
    enabled: file !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  })
}
