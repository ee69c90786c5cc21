import { useEffect, useState } from 'react'
import { problemOf } from '../api/errors'
import { type Live, keep } from './live'

const NOTHING: Live = { board: undefined, error: undefined, isConnected: false, heardAt: undefined }

/** A board that keeps itself up to date. While another area is read, the one before stays in sight. */
export function useBoard(id: string, area: string | undefined): Live & { retry: () => void } {
  const [live, setLive] = useState(NOTHING)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => keep(id, area, (next) => setLive((former) => onto(former, next))), [id, area, attempt])
  // Another board has nothing to do with the one before.
  useEffect(() => () => setLive(NOTHING), [id])
  return { ...live, retry: () => setAttempt((count) => count + 1) }
}

/**
 * What was in sight stays there while something else is read, and while nobody answers: old numbers that say that they are old
 * are more than none. A refusal takes their place.
 */
export function onto(former: Live, next: Live): Live {
  if (next.board || !former.board) return next
  if (!next.error) return { ...next, board: former.board, heardAt: former.heardAt }
  const { status } = problemOf(next.error)
  const isAway = status === 0 || status >= 500
  return isAway ? { ...next, error: undefined, board: former.board, heardAt: former.heardAt } : next
}
