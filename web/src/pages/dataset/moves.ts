import type { Status } from '../../api/ledger'

export interface Move {
  /** An entry comes into change by itself, when its content changes. */
  to: Exclude<Status, 'changed'>
  isDanger?: boolean
  isMain?: boolean
}

/** Where an entry may go from where it is. The program decides; this only spares a question that it would refuse. */
const MOVES: Record<Status, Move[]> = {
  drafted: [{ to: 'withdrawn', isDanger: true }, { to: 'reviewed', isMain: true }],
  reviewed: [{ to: 'withdrawn', isDanger: true }, { to: 'drafted' }, { to: 'published', isMain: true }],
  published: [{ to: 'withdrawn', isDanger: true }],
  changed: [{ to: 'withdrawn', isDanger: true }, { to: 'published', isMain: true }],
  withdrawn: [{ to: 'drafted' }],
}

export function moves(status: Status): Move[] {
  return MOVES[status] ?? []
}
