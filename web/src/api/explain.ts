import { call } from './call'

export interface Explained {
  plan: string
  inputs: { dataset: string; version?: number | null; rows: number; bytes: number }[]
  rows_estimate?: number | null
  bytes_estimate?: number | null
  columns: { name: string; type: string }[]
  lineage?: { columns?: { name: string; from: { dataset: string; column: string; kind: string }[] }[] } | null
}

export async function explain(sql: string, at: string | undefined, signal: AbortSignal): Promise<Explained> {
  return (await call<Explained>('POST', '/query/explain', { body: { sql, ...(at && { at }) }, signal })).data
}
