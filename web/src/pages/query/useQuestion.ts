import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ownSights } from '../../api/access'
import { ApiError } from '../../api/errors'
import { explain } from '../../api/explain'
import { runSql } from '../../api/queries'
import { now } from '../../kit/clock'
import { type FileForm, exportFile } from '../../kit/export'
import { usesLeft } from '../../kit/useUsesLeft'
import type { Answered } from './Outcome'
import type { Asked } from './useAsked'

export type Doing = 'run' | 'explain' | 'export'

/** What the screen shows; an export has everything. */
const MOST_ROWS = 1000
/** A question that reads more than this is asked about first. */
const MANY_BYTES = 2_000_000_000

interface Wish {
  what: Doing
  sql: string
  /** The large question was agreed to. */
  isAgreed?: boolean
  /** The file that is wanted; CSV when nothing is said. */
  form?: FileForm
}

/** A question that is no use of a grant shows nothing of one whose uses are counted: only the answer tells what is wrong. */
function unexplained(error: unknown): undefined {
  if (!(error instanceof ApiError) || error.problem.code !== 'query') throw error
}

/** One question at a time: its cost is known before it runs, and it can be stopped. */
export function useQuestion(asOf: string, remember: (one: Asked) => void) {
  const stop = useRef<AbortController>(null)
  const [large, setLarge] = useState<{ bytes: number; rows: number | null; sql: string }>()
  const point = asOf ? { as_of: asOf.replace('T', ' ') } : {}
  const queries = useQueryClient()
  const ask = useMutation({
    // A use of a grant that says how often is told at once.
    onSettled: (_, __, { what }) => {
      const sights = queries.getQueryData(ownSights.queryKey)
      if (what !== 'explain' && sights && usesLeft(sights).size > 0) void queries.invalidateQueries({ queryKey: ownSights.queryKey })
    },
    mutationFn: async ({ what, sql, isAgreed, form = 'csv' }: Wish): Promise<Answered | undefined> => {
      stop.current = new AbortController()
      const { signal } = stop.current
      if (what === 'export') return { what, ...(await exportFile(sql, point, form, signal)) }
      const from = performance.now()
      const looked = explain(sql, point.as_of, signal)
      if (what === 'explain') return { what, explained: await looked, milliseconds: performance.now() - from }
      const estimate = await looked.catch(unexplained)
      const bytes = estimate?.bytes_estimate ?? 0
      if (!isAgreed && bytes > MANY_BYTES) {
        setLarge({ bytes, rows: estimate?.rows_estimate ?? null, sql })
        return undefined
      }
      const answer = await runSql(sql, { ...point, limit: MOST_ROWS }, signal)
      const milliseconds = performance.now() - from
      remember({ sql, at: new Date(now()).toISOString(), rows: answer.rows.length, milliseconds })
      return { what, answer, estimate, sql, milliseconds }
    },
  })
  const start = (what: Doing, sql: string, more: Pick<Wish, 'isAgreed' | 'form'> = {}) => {
    setLarge(undefined)
    if (sql.trim() !== '' && !ask.isPending) ask.mutate({ what, sql, ...more })
  }
  return { ask, start, large, decline: () => setLarge(undefined), stop: () => stop.current?.abort() }
}
