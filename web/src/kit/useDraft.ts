import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { dropDraft, readDraft, writeDraft } from '../api/drafts'
import { inTurn } from './turns'

/** After this pause in writing a draft goes to the server. */
const PAUSE = 900

export interface Kept<T> {
  /** What was kept when the page opened; `undefined` until it is known, `null` when there is none. */
  found: T | null | undefined
  /** When the last change was kept. */
  savedAt: string | undefined
  isFailed: boolean
  keep: (value: T) => void
  /** Never fails: a draft that stays is no fault of what was saved. */
  drop: () => Promise<void>
}

/**
 * A draft on the server, written after every pause. Without one the page works; it says that nothing is kept.
 *
 * What is read, written and thrown away of one draft goes in turn, whichever form asks: a slow write does not come after the
 * one that threw the draft away, and a form that is opened again reads what the one before it wrote when it closed.
 */
export function useDraft<T>(key: string): Kept<T> {
  /** Whether the server may have it: one that is surely not there is not thrown away, which would be told as an error. */
  const isKept = useRef(true)
  const query = useQuery({
    queryKey: ['draft', key],
    queryFn: ({ signal }) =>
      inTurn(key, async () => {
        const value = (await readDraft<T>(key, signal)).value ?? null
        isKept.current = value !== null
        return value
      }),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  })
  const [savedAt, setSavedAt] = useState<string>()
  const [isFailed, setFailed] = useState(false)
  const waiting = useRef<{ value: T; timer: ReturnType<typeof setTimeout> }>(undefined)
  const send = useCallback(
    async (value: T, outlives = false) => {
      // It may have arrived though its answer is lost.
      isKept.current = true
      try {
        await writeDraft(key, value, outlives)
        setSavedAt(new Date().toISOString())
        setFailed(false)
      } catch {
        setFailed(true)
      }
    },
    [key],
  )
  /** What waits for the end of its pause; it waits no longer. */
  const take = useCallback(() => {
    const taken = waiting.current
    if (taken) clearTimeout(taken.timer)
    waiting.current = undefined
    return taken
  }, [])
  const keep = useCallback(
    (value: T) => {
      take()
      const end = () => {
        waiting.current = undefined
        void inTurn(key, () => send(value))
      }
      waiting.current = { value, timer: setTimeout(end, PAUSE) }
    },
    [key, send, take],
  )
  // Whoever leaves in the middle of a pause loses nothing, be it a form that is closed or the whole page.
  useEffect(() => {
    const close = () => {
      const left = take()
      if (left) void inTurn(key, () => send(left.value, true))
    }
    // A page that goes away has no time for a turn.
    const leave = () => {
      const left = take()
      if (left) void send(left.value, true)
    }
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      close()
    }
  }, [key, send, take])
  const drop = useCallback(() => {
    take()
    return inTurn(key, async () => {
      setSavedAt(undefined)
      if (!isKept.current) return
      try {
        await dropDraft(key)
        isKept.current = false
        setFailed(false)
      } catch {
        setFailed(true)
      }
    })
  }, [key, take])
  return { found: query.isError ? null : query.data, savedAt, isFailed, keep, drop }
}
