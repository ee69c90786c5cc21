import { isUnderWay } from '../../api/queries'
import type { Notice } from '../../api/types'
import type { Standing } from '../../kit/standing'

/** Something that should be done next, most pressing first. */
export type Todo =
  | { kind: 'failed'; to: string; dataset: string; title: string }
  | { kind: 'late'; to: string; dataset: string; title: string }
  | { kind: 'quarantine'; to: string; dataset: string; title: string; rows: number }
  | { kind: 'deliver' | 'browse' | 'ask'; to: string }

const MOST = 3

export function todos(all: Standing[], open: Notice[]): Todo[] {
  const failed = all
    .filter(({ batch }) => batch?.status === 'refused' || batch?.status === 'rolled-back')
    .map<Todo>((one) => ({ kind: 'failed', to: `/batches/${one.batch?.id}`, dataset: one.id, title: one.title }))
  const late = open
    .filter((notice) => notice.kind === 'late')
    .map<Todo>((notice) => ({
      kind: 'late',
      to: `/deliver?dataset=${notice.dataset}`,
      dataset: notice.dataset,
      title: all.find((one) => one.id === notice.dataset)?.title ?? notice.dataset,
    }))
  const quarantine = all
    .filter(({ batch }) => batch && !isUnderWay(batch) && batch.status === 'collected' && batch.rows_quarantined > 0)
    .sort((one, other) => (other.batch?.rows_quarantined ?? 0) - (one.batch?.rows_quarantined ?? 0))
    .map<Todo>((one) => ({
      kind: 'quarantine',
      to: `/batches/${one.batch?.id}?tab=quarantine`,
      dataset: one.id,
      title: one.title,
      rows: one.batch?.rows_quarantined ?? 0,
    }))
  const always: Todo[] = [
    { kind: 'deliver', to: '/deliver' },
    { kind: 'browse', to: '/catalogue' },
    { kind: 'ask', to: '/query' },
  ]
  return [...failed, ...late, ...quarantine, ...always].slice(0, MOST)
}

/** Datasets that somebody should look at: late, failed, or of low score. */
export function troubled(all: Standing[]): Standing[] {
  const isTroubled = (one: Standing) =>
    one.lamp === 'late' ||
    one.notice !== undefined ||
    (one.score !== null && one.score < 98) ||
    one.batch?.status === 'refused' ||
    one.batch?.status === 'rolled-back'
  return all.filter(isTroubled).sort((one, other) => (one.score ?? 0) - (other.score ?? 0))
}
