import { ask, client } from './client'
import type { components } from './schema'

export type Explained = components['schemas']['Explained']

export function explain(sql: string, at: string | undefined, signal: AbortSignal): Promise<Explained> {
  return ask(client.POST('/api/v1/query/explain', { body: { sql, ...(at && { at }) }, signal }))
}
