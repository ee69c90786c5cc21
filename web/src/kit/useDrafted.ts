import { useState } from 'react'
import { type Kept, useDraft } from './useDraft'

export interface Drafted<T> {
  draft: Kept<T>
  /** Whether it is known what was kept; a form is not shown before. */
  isKnown: boolean
  now: T
  write: (next: Partial<T>) => void
  /** As it was before anything was written. */
  reset: () => void
}

/** What is written in a form: it opens with what was kept of it, and every change is kept after a pause. */
export function useDrafted<T extends object>(key: string, before: T): Drafted<T> {
  const draft = useDraft<T>(key)
  const [written, setWritten] = useState<T>()
  const now = written ?? draft.found ?? before
  const write = (next: Partial<T>) => {
    const all = { ...now, ...next }
    setWritten(all)
    draft.keep(all)
  }
  return { draft, isKnown: draft.found !== undefined, now, write, reset: () => setWritten(before) }
}
