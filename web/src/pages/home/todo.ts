import type { Model } from '../../api/models'
import type { Batch, Notice } from '../../api/types'
import type { Standing } from '../../kit/standing'

/** Something that should be done next, most pressing first. */
export type Todo =
  | { kind: 'failed'; to: string; title: string }
  | { kind: 'late'; to: string; title: string }
  | { kind: 'quarantine'; to: string; title: string; rows: number; file: string }
  | { kind: 'model'; to: string; title: string }
  | { kind: 'change'; to: string }
  | { kind: 'deliver' | 'browse' | 'ask'; to: string }

const MOST = 3

interface Known {
  all: Standing[]
  open: Notice[]
  /** Batches with rows in quarantine that nobody has settled. */
  waiting: Batch[]
  models?: Model[]
  /** A changed pack waits to be applied. */
  isChange?: boolean
}

export function todos({ all, open, waiting, models = [], isChange = false }: Known): Todo[] {
  const titleOf = (id: string) => all.find((one) => one.id === id)?.title ?? id
  const failed = all
    .filter(({ batch }) => batch?.status === 'refused' || batch?.status === 'rolled-back')
    .map<Todo>((one) => ({ kind: 'failed', to: `/batches/${one.batch?.id}`, title: one.title }))
  const late = open
    .filter((notice) => notice.kind === 'late')
    .map<Todo>((notice) => ({
      kind: 'late',
      to: `/deliver?dataset=${notice.dataset}`,
      title: titleOf(notice.dataset),
    }))
  const model = models
    .filter(({ state }) => state === 'failed')
    .map<Todo>(({ id, title }) => ({ kind: 'model', to: `/models/${id}`, title }))
  const change: Todo[] = isChange ? [{ kind: 'change', to: '/packs' }] : []
  const quarantine = waiting.map<Todo>((batch) => ({
    kind: 'quarantine',
    to: `/batches/${batch.id}?tab=quarantine`,
    title: titleOf(batch.dataset),
    rows: batch.rows_quarantined,
    file: batch.delivered_as,
  }))
  const always: Todo[] = [
    { kind: 'deliver', to: '/deliver' },
    { kind: 'browse', to: '/catalogue' },
    { kind: 'ask', to: '/query' },
  ]
  return [...change, ...failed, ...model, ...late, ...quarantine, ...always].slice(0, MOST)
}

/** Batches whose quarantine is the largest: the ones to look into for rows that still wait. */
export function largestQuarantines(recent: Batch[], most: number): Batch[] {
  return recent
    .filter((batch) => batch.status === 'collected' && batch.rows_quarantined > 0)
    .sort((one, other) => other.rows_quarantined - one.rows_quarantined)
    .slice(0, most)
}

/** The batches of a department's own datasets. */
export function ownBatches(batches: Batch[], all: Pick<Standing, 'id' | 'owner'>[], department: string): Batch[] {
  const own = new Set(all.filter(({ owner }) => owner === department).map(({ id }) => id))
  return batches.filter(({ dataset }) => own.has(dataset))
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
