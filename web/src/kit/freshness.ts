import type { LampState } from './lamp'

/** How long data of each refresh cycle counts as fresh, in hours. */
const HOURS: Record<string, number> = {
  'real-time': 1,
  hourly: 1,
  daily: 24,
  weekly: 7 * 24,
  'ten-daily': 10 * 24,
  monthly: 31 * 24,
  quarterly: 92 * 24,
  'half-yearly': 183 * 24,
  yearly: 366 * 24,
}

/** A delivery may be on its way for this share of the cycle before it is late. */
const GRACE = 0.5

/**
 * The freshness of a dataset by its promise. The word of the program, an open notice that a delivery is late, goes
 * before the arithmetic here.
 */
export function freshness(
  dataset: { refresh?: string | null; last_at?: string | null },
  now: number,
  isNoticedLate = false,
): LampState {
  if (isNoticedLate) return 'late'
  if (!dataset.last_at) return 'absent'
  const cycle = HOURS[dataset.refresh ?? '']
  if (cycle === undefined) return 'good'
  const hours = (now - new Date(dataset.last_at).getTime()) / 3_600_000
  if (hours <= cycle) return 'good'
  return hours <= cycle * (1 + GRACE) ? 'due' : 'late'
}
