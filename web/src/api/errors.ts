import type { Problem } from './types'

/** A request that did not succeed: what the program said, or that it could not be reached at all. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail)
    this.name = 'ApiError'
  }
}

/** Codes that the browser gives, where the program could not answer. */
export const UNREACHABLE = 'unreachable'
const UNREADABLE = 'unreadable-answer'

export function unreachable(cause: unknown): ApiError {
  return own(UNREACHABLE, 0, cause instanceof Error ? cause.message : String(cause))
}

/** Reads the body of a failed answer; anything but problem details becomes a problem of our own. */
export function fromAnswer(status: number, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(body)
  // A proxy that finds nobody behind it answers so.
  if (status === 502 || status === 503 || status === 504) return own(UNREACHABLE, status, `HTTP ${status}`)
  return own(UNREADABLE, status, `HTTP ${status}`)
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem
  return own('page-failed', 0, error instanceof Error ? error.message : String(error)).problem
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
}

function own(code: string, status: number, detail: string): ApiError {
  return new ApiError({ type: `/problems/${code}`, title: '', status, code, detail })
}

/** Somebody else was faster: what was to be changed is at another revision. */
export function isConflict(error: unknown): boolean {
  return problemOf(error).status === 412
}

/** Nothing failed: it is not open to whoever asks, or it is not there. */
export function isNoFault({ status }: Problem): boolean {
  return status === 401 || status === 403 || status === 404
}
