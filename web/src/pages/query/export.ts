import { fetched } from '../../api/call'
import type { ReadPoint } from '../../api/queries'
import { save } from '../../kit/save'

/** Saves every row of an answer as CSV, with the mark by which spreadsheets know UTF-8. */
export async function exportCsv(sql: string, point: ReadPoint, signal: AbortSignal): Promise<void> {
  const response = await fetched('/query', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/csv' },
    body: JSON.stringify({ sql, ...point }),
    signal,
  })
  const blob = new Blob(['\ufeff', await response.blob()], { type: 'text/csv;charset=utf-8' })
  save(blob, `query-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.csv`)
}
