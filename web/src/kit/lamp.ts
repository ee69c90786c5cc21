/** A lamp is colour, shape and word together, so that it can be read without any one of them. */
export type LampState = 'good' | 'due' | 'late' | 'made-up' | 'absent' | 'busy' | 'bad' | 'done'

export const SHAPES: Record<LampState, string> = {
  good: '●',
  due: '▲',
  late: '■',
  'made-up': '◆',
  absent: '○',
  busy: '◌',
  bad: '■',
  done: '✓',
}

/** The lamp of a batch: what became of the delivery. */
export function batchLamp(batch: { status: string; rows_in: number; rows_quarantined: number }): LampState {
  switch (batch.status) {
    case 'running':
    case 'committing':
      return 'busy'
    case 'refused':
    case 'rolled-back':
      return 'bad'
    case 'undone':
      return 'absent'
    case 'collected':
      return batch.rows_quarantined > 0 ? 'due' : 'good'
    default:
      return 'good'
  }
}
