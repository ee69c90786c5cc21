import { fromAnswer, unreachable } from './errors'
import { sent } from './regain'

interface Request {
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
  /** The revision that a change is based on. */
  match?: string | undefined
  signal?: AbortSignal
  /** Sent to its end though the page is left; browsers do so with small bodies only. */
  outlives?: boolean
}

/** Browsers refuse to send more than 64 KiB for a page that is gone. */
const OUTLIVING_BYTES = 60_000

export interface Told<T> {
  data: T
  etag: string | undefined
}

/** Any answer of the program; a refusal is told as an `ApiError`. */
export async function fetched(path: string, init: RequestInit = {}): Promise<Response> {
  let response
  try {
    response = await sent(() => fetch(`/api/v1${path}`, init))
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable(cause)
  }
  if (response.ok) return response
  throw fromAnswer(response.status, await response.json().catch(() => null))
}

/** A request whose answer comes with the revision it has, for changes that must not run over those of others. */
export async function call<T>(method: string, path: string, request: Request = {}): Promise<Told<T>> {
  const content = request.body === undefined ? undefined : JSON.stringify(request.body)
  const outlives = request.outlives && new TextEncoder().encode(content).length < OUTLIVING_BYTES
  const response = await fetched(`${path}${asked(request.query)}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(content !== undefined && { 'content-type': 'application/json' }),
      ...(request.match !== undefined && { 'if-match': request.match }),
    },
    ...(content !== undefined && { body: content }),
    ...(request.signal && { signal: request.signal }),
    ...(outlives && { keepalive: true }),
  })
  const body = parsed(await response.text())
  return { data: body as T, etag: response.headers.get('etag') ?? undefined }
}

export async function got<T>(path: string, request: Request = {}): Promise<T> {
  return (await call<T>('GET', path, request)).data
}

function asked(query: Request['query']): string {
  const list = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '')
  if (list.length === 0) return ''
  return `?${new URLSearchParams(list.map(([name, value]) => [name, String(value)])).toString()}`
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
