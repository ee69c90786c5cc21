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
  /** Whether the server has it: one that is not there cannot be thrown away. */
  const isKept = useRef(false)
  const writing = useRef<Promise<void>>(undefined)
  const query = useQuery({
    queryKey: ['draft', key],
    queryFn: async ({ signal }) => {
      const value = (await readDraft<T>(key, signal)).value ?? null
      isKept.current = value !== null
      return value
    },
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  })
  const [savedAt, setSavedAt] = useState<string>()
  const [isFailed, setFailed] = useState(false)
  const waiting = useRef<{ value: T; timer: ReturnType<typeof setTimeout> }>(undefined)
  const send = useCallback(
    async (value: T, isLeaving = false) => {
      waiting.current = undefined
      try {
        writing.current = writeDraft(key, value, isLeaving)
        await writing.current
        isKept.current = true
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
  // Whoever leaves in the middle of a pause loses nothing, be it a form that is closed or the whole page.
  useEffect(() => {
    const leave = () => {
      if (!waiting.current) return
      clearTimeout(waiting.current.timer)
      void send(waiting.current.value, true)
    }
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [send])
  const drop = useCallback(async () => {
    if (waiting.current) clearTimeout(waiting.current.timer)
    waiting.current = undefined
    // A write that is under way would bring it back.
    await writing.current?.catch(() => undefined)
    setSavedAt(undefined)
    if (!isKept.current) return
    await dropDraft(key)
    isKept.current = false
  }, [key])
  return { found: query.isError ? null : query.data, savedAt, isFailed, keep, drop }
}
