import type { TrailStep } from '../api/trail'
import type { Batch } from '../api/types'

/** A delivery with the lines of it that are shown. */
export interface Delivered {
  batch: Batch
  lines: number[]
}

/** Which deliveries brought the rows of a step, and with which of their lines. */
export function delivered(step: Pick<TrailStep, 'columns' | 'rows' | 'deliveries'>): Delivered[] {
  const batchAt = step.columns.findIndex(({ name }) => name === '_batch')
  const rowAt = step.columns.findIndex(({ name }) => name === '_row')
  const lines = new Map<string, number[]>()
  for (const row of step.rows) {
    const id = row[batchAt]
    const line = Number(row[rowAt])
    if (typeof id !== 'string') continue
    lines.set(id, [...(lines.get(id) ?? []), ...(Number.isFinite(line) ? [line] : [])])
  }
  return Object.values(step.deliveries)
    .map((batch) => ({ batch, lines: (lines.get(batch.id) ?? []).sort((one, other) => one - other) }))
    .sort((one, other) => other.lines.length - one.lines.length)
}
