import type { Grant, NewGrant } from '../../api/access'
import { beginOf, endOf, isDay } from '../../kit/day'
import { type Mask, NO_MASK, textOfMask } from '../../kit/mask'
import { isUnfinished } from './condition'

/** How a grant stands. */
export type GrantState = 'in-force' | 'waiting' | 'broken' | 'ended' | 'revoked' | 'used-up'

export function stateOf(grant: Grant, now: number): GrantState {
  if (grant.revoked_at) return 'revoked'
  if (Date.parse(grant.granted.until) <= now) return 'ended'
  if (typeof grant.granted.uses === 'number' && grant.used >= grant.granted.uses) return 'used-up'
  if (grant.granted.from && now < Date.parse(grant.granted.from)) return 'waiting'
  return grant.broken ? 'broken' : 'in-force'
}

/** Whether something is granted to one account, and not to all of a department or a role. */
export function isAccount({ kind }: NewGrant['to']): boolean {
  return kind !== 'department' && kind !== 'role'
}

/** The accounts that a line of the list speaks of. */
export function peopleOf({ granted, given_by, revoked_by }: Grant): (string | null | undefined)[] {
  return [isAccount(granted.to) ? granted.to.id : undefined, given_by, revoked_by]
}

export const GRANTEES = ['person', 'department', 'role', 'organisation', 'service'] as const

/** A grant as its form has it. */
export interface GrantForm {
  kind: string
  to: string
  dataset: string
  columns: string[]
  rows: string
  upTo: string
  masks: (Mask & { column: string })[]
  purpose: string
  basis: string
  /** The first day on which it holds; at once where it is empty. */
  from: string
  /** The last day on which it holds. */
  until: string
  uses: string
  ways: string[]
}

export const NO_GRANT: GrantForm = {
  kind: 'person', to: '', dataset: '', columns: [], rows: '', upTo: 'general-2', masks: [], purpose: '', basis: '', from: '', until: '', uses: '', ways: ['page'],
}

export const NO_MASK_OF_COLUMN = { ...NO_MASK, column: '' }

/** Why it cannot be sent yet. */
export function missingOf(form: GrantForm) {
  if (form.to.trim() === '') return 'grants.to-missing'
  if (form.dataset === '') return 'grants.dataset-missing'
  if (isUnfinished(form.rows)) return 'grants.rows-missing'
  if (form.purpose.trim() === '') return 'grants.purpose-missing'
  if (form.from && !isDay(form.from)) return 'grants.from-wrong'
  if (!isDay(form.until)) return 'grants.until-missing'
  if (form.from > form.until) return 'grants.from-late'
  if (form.uses !== '' && !/^[1-9]\d{0,8}$/.test(form.uses)) return 'grants.uses-wrong'
  if (form.ways.length === 0) return 'grants.ways-missing'
  if (form.masks.some((mask) => mask.column.trim() === '' || textOfMask(mask) === undefined)) return 'grants.mask-wrong'
  return undefined
}

export function newGrant(form: GrantForm): NewGrant {
  const masks = form.masks.flatMap((mask) => {
    const text = textOfMask(mask)
    return text === undefined ? [] : [[mask.column.trim(), text]]
  })
  return {
    to: { kind: form.kind, id: form.to.trim() },
    dataset: form.dataset,
    ...(form.columns.length > 0 && { columns: form.columns }),
    ...(form.rows.trim() && { rows: form.rows.trim() }),
    up_to: form.upTo,
    masks: Object.fromEntries(masks) as Record<string, string>,
    purpose: form.purpose.trim(),
    ...(form.basis.trim() && { basis: form.basis.trim() }),
    ...(form.from && { from: beginOf(form.from) }),
    until: endOf(form.until),
    ...(form.uses && { uses: Number(form.uses) }),
    ways: form.ways,
  }
}
