import { useEffect, useState } from 'react'
import { type Live, keep } from './live'

const NOTHING: Live = { board: undefined, error: undefined, isConnected: false, heardAt: undefined }

/** A board that keeps itself up to date. While another area is read, the one before stays in sight. */
export function useBoard(id: string, area: string | undefined): Live & { retry: () => void } {
  const [live, setLive] = useState(NOTHING)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => keep(id, area, (next) => setLive((former) => (next.board || next.error ? next : { ...next, board: former.board }))), [id, area, attempt])
  // Another board has nothing to do with the one before.
  useEffect(() => () => setLive(NOTHING), [id])
  return { ...live, retry: () => setAttempt((count) => count + 1) }
}
