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
  /** Of a form: the metric over its reports; without one evidence proves it. */
  metric: string
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
    metric: binding.metric ?? '',
    way: binding.way ?? '',
    against: binding.against_year_before ? 'year-before' : baseline === undefined ? 'declared' : 'value',
    baseline: baseline === undefined ? '' : String(baseline),
  }
}

export function toBinding(form: BindingForm, reason: string): BindTarget {
  const isMetric = form.kind === 'metric'
  const isForm = form.kind === 'form'
  const isChange = isMetric && form.way === 'change'
  const metric = form.metric.trim()
  return {
    kind: form.kind,
    reason,
    ...((isMetric || isForm) && { id: form.id.trim() }),
    ...(isMetric && { way: form.way }),
    ...(isForm && metric !== '' && { metric, way: form.way }),
    ...(isChange && form.against === 'value' && { baseline: numberOf(form.baseline) ?? null }),
    ...(isChange && form.against === 'year-before' && { against_year_before: true }),
  }
}

export const isSameBinding = (before: PlanBinding, form: BindingForm) =>
  JSON.stringify(toBinding(toBindingForm(before), '')) === JSON.stringify(toBinding(form, ''))

export type BindingField = 'kind' | 'id' | 'way' | 'baseline'

/** The fields that a source of the kind has. */
export function fieldsOf({ kind, metric, way, against }: BindingForm): BindingField[] {
  const fields: BindingField[] = ['kind']
  if (kind === 'metric' || kind === 'form') fields.push('id')
  if (kind === 'metric' || (kind === 'form' && metric.trim() !== '')) fields.push('way')
  if (kind === 'metric' && way === 'change' && against === 'value') fields.push('baseline')
  return fields
}

/** What the program would refuse. */
export function faultsOfBinding(form: BindingForm): BindingField[] {
  const isWrong = { kind: false, id: form.id.trim() === '', way: form.way === '', baseline: numberOf(form.baseline) === undefined }
  return fieldsOf(form).filter((field) => isWrong[field])
}

/** The field that a refusal of the program names, as in `id`: such as … */
export function refusedField({ code, detail }: Problem): BindingField | undefined {
  if (code !== 'invalid-plan-edit') return undefined
  const [, named] = /^`(kind|id|way|baseline)`/.exec(detail) ?? []
  return named as BindingField | undefined
}
