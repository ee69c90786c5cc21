import type { SeenColumn, Sights } from '../api/access'

/** A field whose value somebody does not see as it is, and why. */
export interface HiddenField {
  /** `dataset.column`. */
  field: string
  column: SeenColumn
  policy: string
}

/** What of a dataset's fields is not shown as it is under any permission that holds for all rows; by `dataset.column`. */
export function hiddenFields({ sights }: Sights): Map<string, HiddenField> {
  const hidden = new Map<string, HiddenField>()
  const plain = new Set<string>()
  for (const { dataset, columns, policy, has_condition } of sights) {
    for (const column of columns) {
      const field = `${dataset}.${column.name}`
      if (column.because === 'permitted' && !has_condition) plain.add(field)
      if (column.because !== 'permitted' && !hidden.has(field)) hidden.set(field, { field, column, policy })
    }
  }
  for (const field of plain) hidden.delete(field)
  return hidden
}
