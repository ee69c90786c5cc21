/** What an event tells beside who and what: a name and a value, parts of parts under `of.part`. */
export type Line = [name: string, value: string]

/** Deeper than this nothing is told in lines. */
const DEEPEST = 3

export function linesOf(detail: unknown, prefix = '', depth = 0): Line[] {
  if (detail === null || detail === undefined || detail === '') return []
  if (typeof detail !== 'object') return [[prefix, String(detail)]]
  if (Array.isArray(detail)) {
    return detail.length === 0 ? [] : [[prefix, detail.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(', ')]]
  }
  const parts = Object.entries(detail)
  // A change: `{ "from": …, "to": … }`.
  if (parts.length === 2 && 'from' in detail && 'to' in detail) return [[prefix, `${short(detail.from)} → ${short(detail.to)}`]]
  if (depth >= DEEPEST) return [[prefix, JSON.stringify(detail)]]
  return parts.flatMap(([name, value]) => linesOf(value, prefix ? `${prefix}.${name}` : name, depth + 1))
}

function short(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—'
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The last part of a name, by which it is called: `grant.to.id` is an id. */
export function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name
}

/** Whether a value is a moment, which is shown as one. */
export function isMoment(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
}
