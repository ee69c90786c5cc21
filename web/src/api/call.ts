import { fromAnswer, unreachable } from './errors'

interface Request {
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
  /** The revision that a change is based on. */
  match?: string | undefined
  signal?: AbortSignal
}

export interface Told<T> {
  data: T
  etag: string | undefined
}

/** A request whose answer comes with the revision it has, for changes that must not run over those of others. */
export async function call<T>(method: string, path: string, request: Request = {}): Promise<Told<T>> {
  let response
  try {
    response = await fetch(`/api/v1${path}${asked(request.query)}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...(request.match !== undefined && { 'if-match': request.match }),
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      ...(request.signal && { signal: request.signal }),
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable(cause)
  }
  const text = await response.text()
  const body = parsed(text)
  if (!response.ok) throw fromAnswer(response.status, body)
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
