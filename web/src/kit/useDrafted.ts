import { useRef, useState } from 'react'
import { type Kept, useDraft } from './useDraft'

export interface Drafted<T> {
  draft: Kept<T>
  /** Whether it is known what was kept; a form is not shown before. */
  isKnown: boolean
  now: T
  /** Writes a part, or what is made of all that is written at that time. */
  write: (next: Partial<T> | ((now: T) => Partial<T>)) => void
  /** As it was before anything was written. */
  reset: () => void
  /** It is saved: the draft goes, and what is still written does not bring it back. */
  finish: () => Promise<void>
}

/** What is written in a form: it opens with what was kept of it, and every change is kept after a pause. */
export function useDrafted<T extends object>(key: string, before: T): Drafted<T> {
  const draft = useDraft<T>(key)
  const [written, setWritten] = useState<T>()
  /** What is written, known before it is rendered to whoever writes next. */
  const latest = useRef<T>(undefined)
  const isDone = useRef(false)
  const set = (all: T) => {
    latest.current = all
    setWritten(all)
  }
  const write: Drafted<T>['write'] = (next) => {
    if (isDone.current) return
    const known = latest.current ?? draft.found ?? before
    const all = { ...known, ...(typeof next === 'function' ? next(known) : next) }
    set(all)
    draft.keep(all)
  }
  const finish = () => {
    isDone.current = true
    return draft.drop()
  }
  return { draft, isKnown: draft.found !== undefined, now: written ?? draft.found ?? before, write, reset: () => set(before), finish }
}
