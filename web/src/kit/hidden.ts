import type { SeenColumn, Sights } from '../api/access'
import type { Answer } from '../api/types'

/** A field whose value somebody does not see as it is, and why. */
export interface HiddenField {
  /** `dataset.column`. */
  field: string
  column: SeenColumn
  policy: string
  /** Another permission shows the value in some rows. */
  isPartial: boolean
  /** That of the field, where it is known. */
  grade?: string
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
      else {
        const known = hidden.get(field)
        // Of several masks the one that leaves most stands there.
        if (!known || known.column.gives_way_to?.includes(policy)) hidden.set(field, { field, column, policy, isPartial: false })
      }
    }
  }
  for (const field of plain) hidden.delete(field)
  for (const field of partial) {
    const one = hidden.get(field)
    if (one) hidden.set(field, { ...one, isPartial: true })
  }
  return hidden
}

/** What an answer says of the fields that it does not show as they are, by `dataset.column`. */
export function hiddenIn({ hidden = [] }: Pick<Answer, 'hidden'>): Map<string, HiddenField> {
  return new Map(hidden.map(({ field, seen, policy, is_partial }) => [field, { field, column: seen, policy, isPartial: is_partial }]))
}

/** The hidden fields whose values go into the column of an answer at a place. */
export function hiddenAt({ hidden = [] }: Pick<Answer, 'hidden'>, place: number): { field: string; isDerived: boolean }[] {
  return hidden.filter((one) => one.place === place).map(({ field, kind }) => ({ field, isDerived: kind !== 'copied' }))
}

/** Whether every value of a field is shown as it is, in whatever row it stands: then its cells in deliveries are shown too. */
export function isWhole(field: string, { everything, sights }: Sights): boolean {
  return everything || sights.some((sight) => !sight.has_condition && permits(sight, field))
}

/** Whether of a dataset some rows alone are shown, by whatever permission. */
export function isPartial(dataset: string, { everything, sights }: Sights): boolean {
  const own = sights.filter((sight) => sight.dataset === dataset)
  return !everything && own.length > 0 && own.every(({ has_condition }) => has_condition)
}

/**
 * Why a cell of a delivery is kept back. It is no value of a table yet, so that no mask is made of it and no condition asked of it.
 * Whoever asks for many cells hands over the hidden fields of the sights, which take a walk through all of them.
 */
export function keptBack(field: string, sights: Sights | undefined, grade: string | undefined, hidden = sights && hiddenFields(sights)): HiddenField {
  const known = hidden?.get(field)
  const some = sights?.sights.find((sight) => permits(sight, field))
  const because = known?.column.because ?? (some ? 'condition' : sights ? 'unread' : 'masked')
  return {
    field,
    column: { name: field.slice(field.lastIndexOf('.') + 1), because, mask: null, of: known?.column.of ?? null },
    policy: known?.policy ?? some?.policy ?? '',
    isPartial: false,
    ...(grade !== undefined && { grade }),
  }
}

function permits({ dataset, columns }: Sights['sights'][number], field: string): boolean {
  return columns.some(({ name, because }) => because === 'permitted' && `${dataset}.${name}` === field)
}

/** Whether a mask leaves nothing of a value, so that a cell without one does not lack it. */
export function leavesNothing({ column }: HiddenField): boolean {
  return column.because === 'withheld' || column.mask === 'null'
}
