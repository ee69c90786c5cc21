import type { MetricAnswer } from '../api/metrics'

/** Longer than this without a word of the program, and nobody knows whether the numbers still hold. */
export const UNHEARD = 120_000

/** Why a block is grey: its data are late, or the line has been dead for too long. */
export function staleness(answer: Pick<MetricAnswer, 'freshness'> | null | undefined, heardAt: number | undefined, now: number): 'late' | 'unheard' | undefined {
  if (heardAt !== undefined && now - heardAt > UNHEARD) return 'unheard'
  return typeof answer?.freshness.late_days === 'number' ? 'late' : undefined
}
