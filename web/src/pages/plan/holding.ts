import { isConflict } from '../../api/errors'

/** What is decided about, in the revision in which it was seen. */
export interface Seen<T> {
  about: T
  etag: string | undefined
}

export interface Again {
  /** Whether what was decided about is as it was. */
  holds: boolean
  etag: string | undefined
}

/**
 * Decides on the revision that was seen. Where the plan is another one meanwhile (somebody else changed it, or the program closed
 * what was reached), it is read again: if what was decided about is as it was, the decision holds and is sent once more; otherwise
 * the one who wrote it looks again.
 */
export async function holding<T>(etag: string | undefined, send: (etag: string | undefined) => Promise<T>, again: () => Promise<Again>): Promise<T> {
  try {
    return await send(etag)
  } catch (error) {
    if (!isConflict(error)) throw error
    const fresh = await again()
    if (!fresh.holds) throw error
    return send(fresh.etag)
  }
}

/** Whether two things that the program told say the same. */
export const isAsTold = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** Whether what is decided about says the same as when it was seen. Of what is gone meanwhile the program says so itself. */
export function isAsSeen<T>(seen: T | undefined, now: T | undefined, said: (item: T) => unknown): boolean {
  return seen === undefined || now === undefined || isAsTold(said(now), said(seen))
}

/**
 * Whether what is decided about still says the same, and what is seen from now on: what somebody else made of it is told once, and
 * the next decision is made on that.
 */
export function seenAgain<T>(seen: Seen<T>, now: T | undefined, etag: string | undefined, said: (item: T) => unknown): { holds: boolean; seen: Seen<T> } {
  return { holds: isAsSeen(seen.about, now, said), seen: { about: now ?? seen.about, etag } }
}

/** The fields that are otherwise than before: a draft of them takes back nothing that others change meanwhile. */
export function changedOf<T extends object>(before: T, form: T): Partial<T> {
  const names = Object.keys(form) as (keyof T)[]
  return Object.fromEntries(names.filter((name) => !isAsTold(before[name], form[name])).map((name) => [name, form[name]])) as Partial<T>
}

/** A field that is written here and was changed by others meanwhile. */
export interface Clash<F> {
  field: keyof F & string
  theirs: unknown
  mine: unknown
}

const written = <F extends object>(fields: Partial<F>) => Object.keys(fields) as (keyof F & string)[]

/** What the plan said of each written field when that was first written. */
export function seenOf<F extends object>(before: F, fields: Partial<F>, seen: Partial<F>): Partial<F> {
  return Object.fromEntries(written(fields).map((field) => [field, field in seen ? seen[field] : before[field]])) as Partial<F>
}

/** The written fields of which the plan says otherwise than when they were written, and otherwise than they do. */
export function clashesOf<F extends object>(before: F, fields: Partial<F>, seen: Partial<F>): Clash<F>[] {
  const isClash = (field: keyof F) => field in seen && !isAsTold(seen[field], before[field]) && !isAsTold(fields[field], before[field])
  return written(fields)
    .filter(isClash)
    .map((field) => ({ field, theirs: before[field], mine: fields[field] }))
}
