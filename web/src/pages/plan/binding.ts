import type { Problem } from '../../api/types'
import type { BindTarget, PlanBinding } from '../../api/plans'
import { numberOf } from './figure'

export const BINDING_KINDS = ['metric', 'form', 'by-hand', 'open'] as const
export const WAYS = ['year-sum', 'at-date', 'share', 'change'] as const
export const AGAINST = ['declared', 'value', 'year-before'] as const

/** Where the actual of a target comes from, while it is being written. */
export interface BindingForm {
  kind: string
  id: string
  way: string
  /** Of a change: against what it is measured. */
  against: (typeof AGAINST)[number]
  baseline: string
}

export function toBindingForm(binding: PlanBinding): BindingForm {
  const baseline = binding.baseline ?? undefined
  return {
    kind: binding.kind,
    id: binding.id ?? '',
    way: binding.way ?? '',
    against: binding.against_year_before ? 'year-before' : baseline === undefined ? 'declared' : 'value',
    baseline: baseline === undefined ? '' : String(baseline),
  }
}

export function toBinding(form: BindingForm, reason: string): BindTarget {
  const isMetric = form.kind === 'metric'
  const isChange = isMetric && form.way === 'change'
  return {
    kind: form.kind,
    reason,
    ...((isMetric || form.kind === 'form') && { id: form.id.trim() }),
    ...(isMetric && { way: form.way }),
    ...(isChange && form.against === 'value' && { baseline: numberOf(form.baseline) ?? null }),
    ...(isChange && form.against === 'year-before' && { against_year_before: true }),
  }
}

export const isSameBinding = (before: PlanBinding, form: BindingForm) =>
  JSON.stringify(toBinding(toBindingForm(before), '')) === JSON.stringify(toBinding(form, ''))

export type BindingField = 'kind' | 'id' | 'way' | 'baseline' | 'reason'

/** What the program would refuse. */
export function faultsOfBinding(form: BindingForm): BindingField[] {
  const faults: BindingField[] = []
  if ((form.kind === 'metric' || form.kind === 'form') && form.id.trim() === '') faults.push('id')
  if (form.kind !== 'metric') return faults
  if (form.way === '') faults.push('way')
  if (form.way === 'change' && form.against === 'value' && numberOf(form.baseline) === undefined) faults.push('baseline')
  return faults
}

/** The field that a refusal of the program names, as in `id`: such as … */
export function refusedField({ code, detail }: Problem): BindingField | undefined {
  if (code === 'no-reason') return 'reason'
  if (code !== 'invalid-plan-edit') return undefined
  const [, named] = /^`(kind|id|way|baseline)`/.exec(detail) ?? []
  return named as BindingField | undefined
}
