import type { Problem } from '../api/types'

/** The sentences of a refused password, each a reason: `has fewer than 10 signs`. */
export function weaknesses(problem: Problem | undefined): string[] {
  if (problem?.code !== 'weak-password') return []
  const [, reasons = problem.detail] = /: it (.+)$/.exec(problem.detail) ?? []
  return reasons.split(', and ')
}
