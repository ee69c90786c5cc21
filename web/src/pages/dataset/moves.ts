import type { Status } from '../../api/ledger'

export type Target = Exclude<Status, 'changed'>

export interface Move {
  to: Target
  isDanger: boolean
  /** The next step of the ordinary way. */
  isMain: boolean
}

/** From what is rarely meant to what usually is. An entry comes into change by itself, when its content changes. */
const ORDER: Target[] = ['withdrawn', 'drafted', 'reviewed', 'published']

/** The moves that the program allows, as buttons. */
export function moves(allowed: Status[]): Move[] {
  const known = ORDER.filter((to) => allowed.includes(to))
  return known.map((to) => ({ to, isDanger: to === 'withdrawn', isMain: to === 'reviewed' || to === 'published' }))
}
