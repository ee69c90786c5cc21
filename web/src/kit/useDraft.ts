import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { dropDraft, readDraft, writeDraft } from '../api/drafts'

/** After this pause in writing a draft goes to the server. */
const PAUSE = 900

export interface Kept<T> {
  /** What was kept when the page opened; `undefined` until it is known, `null` when there is none. */
  found: T | null | undefined
  /** When the last change was kept. */
  savedAt: string | undefined
  isFailed: boolean
  keep: (value: T) => void
  drop: () => Promise<void>
}

/** A draft on the server, written after every pause. Without one the page works; it says that nothing is kept. */
export function useDraft<T>(key: string): Kept<T> {
  const query = useQuery({
    queryKey: ['draft', key],
    queryFn: async ({ signal }) => (await readDraft<T>(key, signal)).value ?? null,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  })
  const [savedAt, setSavedAt] = useState<string>()
  const [isFailed, setFailed] = useState(false)
  const waiting = useRef<{ value: T; timer: ReturnType<typeof setTimeout> }>(undefined)
  const send = useCallback(
    async (value: T) => {
      waiting.current = undefined
      try {
        await writeDraft(key, value)
        setSavedAt(new Date().toISOString())
        setFailed(false)
      } catch {
        setFailed(true)
      }
    },
    [key],
  )
  const keep = useCallback(
    (value: T) => {
      if (waiting.current) clearTimeout(waiting.current.timer)
      waiting.current = { value, timer: setTimeout(() => void send(value), PAUSE) }
    },
    [send],
  )
  // Whoever leaves in the middle of a pause loses nothing.
  useEffect(
    () => () => {
      if (!waiting.current) return
      clearTimeout(waiting.current.timer)
      void send(waiting.current.value)
    },
    [send],
  )
  const drop = useCallback(async () => {
    if (waiting.current) clearTimeout(waiting.current.timer)
    waiting.current = undefined
    setSavedAt(undefined)
    await dropDraft(key)
  }, [key])
  return { found: query.isError ? null : query.data, savedAt, isFailed, keep, drop }
}
