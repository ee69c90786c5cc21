import type { SeenColumn, Sights } from '../api/access'

/** A field whose value somebody does not see as it is, and why. */
export interface HiddenField {
  /** `dataset.column`. */
  field: string
  column: SeenColumn
  policy: string
  /** Another permission shows the value in some rows. */
  isPartial: boolean
}

/** What of a dataset's fields is not shown as it is under any permission that holds for all rows; by `dataset.column`. */
export function hiddenFields({ sights }: Sights): Map<string, HiddenField> {
  const hidden = new Map<string, HiddenField>()
  const plain = new Set<string>()
  const partial = new Set<string>()
  for (const { dataset, columns, policy, has_condition } of sights) {
    for (const column of columns) {
      const field = `${dataset}.${column.name}`
      if (column.because === 'permitted') (has_condition ? partial : plain).add(field)
      else if (!hidden.has(field)) hidden.set(field, { field, column, policy, isPartial: false })
    }
  }
  for (const field of plain) hidden.delete(field)
  for (const field of partial) {
    const one = hidden.get(field)
    if (one) hidden.set(field, { ...one, isPartial: true })
  }
  return hidden
}

/** Whether a mask leaves nothing of a value, so that a cell without one does not lack it. */
export function leavesNothing({ column }: HiddenField): boolean {
  return column.because === 'withheld' || column.mask === 'null'
}
