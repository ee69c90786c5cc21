import { fetched } from '../api/call'
import type { ReadPoint } from '../api/queries'
import { save } from './save'

/** The files that an answer can be taken away as, by the ending of their names. */
export const FORMS = {
  csv: { name: 'CSV', accept: 'text/csv' },
  xlsx: { name: 'Excel', accept: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  parquet: { name: 'Parquet', accept: 'application/vnd.apache.parquet' },
} as const

export type FileForm = keyof typeof FORMS

/** What is known of a file that was saved: its receipt, and how many fields are not in it as they are. */
export interface Exported {
  receipt: string
  hidden: number
}

/** Saves every row of an answer as it came, so that the file fits its receipt. */
export async function exportFile(sql: string, point: ReadPoint, form: FileForm, signal: AbortSignal): Promise<Exported> {
  const response = await fetched('/query', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: FORMS[form].accept },
    // By the mark spreadsheets know that a CSV is UTF-8.
    body: JSON.stringify({ sql, ...point, ...(form === 'csv' && { bom: true }) }),
    signal,
  })
  save(await response.blob(), `query-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${form}`)
  return { receipt: response.headers.get('yandu-receipt') ?? '', hidden: Number(response.headers.get('yandu-hidden') ?? 0) }
}
