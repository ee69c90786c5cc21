import type { PlanProgress } from '../../api/plans'

export interface Left {
  kind: 'sentences' | 'doubts' | 'offers' | 'findings' | 'undated'
  count: number
}

/** What has to be decided before a plan may be approved. */
export function toDecide(progress: PlanProgress): Left[] {
  const parts = (['sentences', 'doubts', 'offers', 'findings'] as const).map((kind) => ({ kind, count: progress[kind].of - progress[kind].done }))
  const left: Left[] = [...parts, { kind: 'undated', count: progress.undated }]
  return left.filter(({ count }) => count > 0)
}
