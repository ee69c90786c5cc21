import { ApiError } from './errors'
import { call, got } from './call'

/** What somebody was writing, kept on the server so that it is there on any desk. */
export interface Draft<T> {
  value: T | undefined
  etag: string | undefined
}

interface DraftPage {
  drafts: { key: string; etag: string; changed_at: string }[]
}

/** Looks it up in the list first: to ask for one that is not there would be told as an error. */
export async function readDraft<T>(key: string, signal?: AbortSignal): Promise<Draft<T>> {
  const { drafts } = await got<DraftPage>('/drafts', { query: { prefix: key, limit: 1 }, ...(signal && { signal }) })
  if (drafts[0]?.key !== key) return { value: undefined, etag: undefined }
  const { data, etag } = await call<T>('GET', address(key), { ...(signal && { signal }) })
  return { value: data, etag }
}

/** `outlives` is for the last words of a page that is being left. */
export async function writeDraft(key: string, value: unknown, outlives = false): Promise<void> {
  await call('PUT', address(key), { body: value, outlives })
}

export async function dropDraft(key: string): Promise<void> {
  try {
    await call('DELETE', address(key))
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.status === 404)) throw error
  }
}

function address(key: string): string {
  return `/drafts/${encodeURIComponent(key)}`
}
