import type { PlanInList } from '../../api/plans'

/** The approved plan of the latest year; of one year the one that was touched last. */
export function newestInForce<T extends Pick<PlanInList, 'status' | 'year' | 'updated_at'>>(plans: readonly T[]): T | undefined {
  return plans
    .filter(({ status }) => status === 'approved')
    .sort((one, other) => (other.year ?? 0) - (one.year ?? 0) || Date.parse(other.updated_at) - Date.parse(one.updated_at))[0]
}
