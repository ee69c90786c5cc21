import { fromAnswer, unreachable } from '../../api/errors'
import type { ReadPoint } from '../../api/queries'

/** Saves every row of an answer as CSV, with the mark by which spreadsheets know UTF-8. */
export async function exportCsv(sql: string, point: ReadPoint, signal: AbortSignal): Promise<void> {
  let response
  try {
    response = await fetch('/api/v1/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/csv' },
      body: JSON.stringify({ sql, ...point }),
      signal,
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable(cause)
  }
  if (!response.ok) throw fromAnswer(response.status, await response.json().catch(() => null))
  const blob = new Blob(['\ufeff', await response.blob()], { type: 'text/csv;charset=utf-8' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `query-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
