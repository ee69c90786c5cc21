import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { runAll, runModel } from '../../api/models'

export interface Wish {
  /** One model, or all when there is none. */
  id?: string
  full: boolean
  downstream?: boolean
}

/** Runs models; the request lasts as long as the runs do, and what is shown is asked for again meanwhile. */
export function useRun() {
  const queries = useQueryClient()
  const stop = useRef<AbortController>(null)
  const run = useMutation({
    mutationFn: ({ id, full, downstream }: Wish) => {
      stop.current = new AbortController()
      // The list learns that something runs as soon as it does.
      setTimeout(() => void queries.invalidateQueries({ queryKey: ['models'] }), 300)
      setTimeout(() => void queries.invalidateQueries({ queryKey: ['model'] }), 300)
      return id === undefined ? runAll(full, stop.current.signal) : runModel(id, full, downstream ?? false, stop.current.signal)
    },
    onSettled: () => void queries.invalidateQueries(),
  })
  return { run, leave: () => stop.current?.abort() }
}
