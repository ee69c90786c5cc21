import { useCallback, useEffect, useRef, useState } from 'react'
import { useDraft } from '../../kit/useDraft'

/** A question that was asked, newest first, kept on the server for whoever asked it. */
export interface Asked {
  sql: string
  at: string
  rows: number
  milliseconds: number
}

const MOST = 100

export function remembered(list: Asked[], one: Asked): Asked[] {
  return [one, ...list.filter((other) => other.sql !== one.sql)].slice(0, MOST)
}

export function useAsked() {
  const { found, keep, drop } = useDraft<Asked[]>('query-history')
  const [list, setList] = useState<Asked[]>()
  const latest = useRef<Asked[]>([])
  const all = list ?? (Array.isArray(found) ? found : [])
  useEffect(() => {
    latest.current = all
  })
  const remember = useCallback(
    (one: Asked) => {
      const next = remembered(latest.current, one)
      setList(next)
      keep(next)
    },
    [keep],
  )
  const forget = useCallback(() => {
    setList([])
    void drop()
  }, [drop])
  return { asked: all, remember, forget }
}
