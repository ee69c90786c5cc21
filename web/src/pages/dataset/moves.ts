export interface Move {
  to: Target
  isDanger: boolean
  /** The next step of the ordinary way. */
  isMain: boolean
}

/** From what is rarely meant to what usually is. An entry comes into change by itself, when its content changes. */
const ORDER = ['withdrawn', 'drafted', 'reviewed', 'published'] as const
type Target = (typeof ORDER)[number]

/** The moves that the program allows, as buttons. */
export function moves(allowed: string[]): Move[] {
  const known = ORDER.filter((to) => allowed.includes(to))
  return known.map((to) => ({ to, isDanger: to === 'withdrawn', isMain: to === 'reviewed' || to === 'published' }))
}
