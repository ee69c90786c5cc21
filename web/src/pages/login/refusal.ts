import type { Problem } from '../../api/types'

/** What a refused login asks for next. */
export type Step = 'password' | 'code' | 'expired'

export function stepAfter(problem: Problem | undefined, now: Step): Step {
  if (problem?.code === 'second-factor-needed') return 'code'
  if (problem?.code === 'password-expired') return 'expired'
  return now
}

/** The time until which a name is locked, as the refusal tells it. */
export function lockedUntil(problem: Problem | undefined): string | undefined {
  if (problem?.code !== 'account-locked') return undefined
  return /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(problem.detail)?.[0]
}

/** Where to go after a login: a place of these pages and no other. */
export function placeAfter(wanted: string | null): string {
  return wanted && /^\/(?![/\\])/.test(wanted) ? wanted : '/'
}

/** Pages beside these, which the router does not know. */
export function isBeside(place: string): boolean {
  return /^\/wall(\/|\?|$)/.test(place)
}
