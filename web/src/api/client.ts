import createClient from 'openapi-fetch'
import { fromAnswer, unreachable } from './errors'
import { sent } from './regain'
import type { paths } from './schema'

// A request can be sent once; for a second time there is a copy.
export const client = createClient<paths>({ baseUrl: '', fetch: (request) => sent(() => fetch(request.clone())) })

interface Outcome<T> {
  data?: T
  error?: unknown
  response: Response
}

/** What a request brought, or an `ApiError`. */
export async function ask<T>(request: Promise<Outcome<T>>): Promise<T> {
  let outcome
  try {
    outcome = await request
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw cause instanceof SyntaxError ? fromAnswer(0, null) : unreachable(cause)
  }
  if (!outcome.response.ok) throw fromAnswer(outcome.response.status, outcome.error)
  return outcome.data as T
}
