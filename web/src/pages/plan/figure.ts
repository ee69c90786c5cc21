import type { FigureFields, PlanTold } from '../../api/plans'
import { unitAfter } from '../../kit/figure'

/** Counted in either of the two, which the text leaves open until somebody decides. */
export const OPEN_PERCENT = '% or percentage point'
export const PERCENTAGE_POINT = 'percentage point'

export const COMPARISONS = ['=', '>=', '>', '<=', '<', '~', 'between', 'change'] as const
export const KINDS = ['target', 'preference', 'name', 'list-count', 'description'] as const
export const BOUNDS = ['', '=', '>=', '>', '<=', '<', '~'] as const

/** Words of comparisons have names that may be parts of keys. */
export const COMPARISON_NAMES: Record<string, string> = {
  '=': 'equal', '>=': 'at-least', '>': 'above', '<=': 'at-most', '<': 'below', '~': 'about', between: 'between', change: 'change',
}
const SIGNS: Record<string, string> = { '>=': '≥', '>': '>', '<=': '≤', '<': '<', '~': '≈' }

/** A figure while it is being written: every field is text. */
export interface FigureForm {
  value: string
  unit: string
  comparison: string
  due: string
  kind: string
  bound: string
  low: string
  high: string
  baseline: string
}

export const emptyForm = (due: string): FigureForm => ({
  value: '', unit: '', comparison: '=', due, kind: 'target', bound: '', low: '', high: '', baseline: '',
})

export function toForm(fields: FigureFields): FigureForm {
  const [low, high] = fields.range ?? []
  return {
    value: String(fields.value),
    unit: fields.unit ?? '',
    comparison: fields.comparison,
    due: fields.due ?? '',
    kind: fields.kind,
    bound: fields.bound ?? '',
    low: low === undefined ? '' : String(low),
    high: high === undefined ? '' : String(high),
    baseline: fields.baseline ?? '',
  }
}

/** `1,650` and `１６５０` are numbers; anything else is the words of the text. */
export function numberOf(text: string): number | undefined {
  const plain = text.normalize('NFKC').replaceAll(',', '').trim()
  return /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined
}

export function toFields(form: FigureForm): FigureFields {
  const isBetween = form.comparison === 'between'
  return {
    value: numberOf(form.value) ?? form.value.trim(),
    unit: form.unit.trim(),
    comparison: form.comparison,
    kind: form.kind,
    ...(form.due && { due: form.due.trim() }),
    ...(form.comparison === 'change' && form.bound && { bound: form.bound }),
    ...(isBetween && { range: [numberOf(form.low) ?? Number.NaN, numberOf(form.high) ?? Number.NaN] }),
    ...(form.baseline.trim() && { baseline: form.baseline.trim() }),
  }
}

/** Only what is otherwise than before; a field that was emptied is null. */
export function changedFields(before: FigureFields, form: FigureForm): Record<string, unknown> {
  const was = toFields(toForm(before)) as Record<string, unknown>
  const is = toFields(form) as Record<string, unknown>
  const names = new Set([...Object.keys(was), ...Object.keys(is)])
  const set: Record<string, unknown> = {}
  for (const name of names) {
    if (JSON.stringify(was[name]) !== JSON.stringify(is[name])) set[name] = is[name] ?? null
  }
  return set
}

export type FigureFault = 'value' | 'due' | 'range' | 'unit'

/** What the program would refuse. */
export function faultsOf(form: FigureForm): FigureFault[] {
  const faults: FigureFault[] = []
  if (form.value.trim() === '' || (form.comparison === 'change' && numberOf(form.value) === undefined)) faults.push('value')
  if (form.due ? !isDay(form.due.trim()) : form.kind === 'target') faults.push('due')
  if (form.comparison === 'between') {
    const [low, high] = [numberOf(form.low), numberOf(form.high)]
    if (low === undefined || high === undefined || low > high) faults.push('range')
  }
  if ([...form.unit].length > 100) faults.push('unit')
  return faults
}

export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (!year || !month || !day) return false
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

/** `2.7万`, `1300亿` where that loses nothing, as officials write; every digit otherwise. */
export function amount(value: number, language: string, wan: string, yi: string): string {
  const whole = (divisor: number) => Number((value / divisor).toFixed(2))
  if (language === 'zh-CN') {
    for (const [divisor, sign] of [[1e8, yi], [1e4, wan]] as const) {
      if (Math.abs(value) >= divisor && Math.abs(whole(divisor) * divisor - value) < 1e-6 * divisor) {
        return `${new Intl.NumberFormat(language, { maximumFractionDigits: 2, useGrouping: false }).format(whole(divisor))}${sign}`
      }
    }
  }
  return new Intl.NumberFormat(language, { maximumFractionDigits: 6 }).format(value)
}

/** `1119.46亿`, `19,983`, `96.56`, `1.262`: what was measured, with no more digits than its size deserves. */
export function measured(value: number, language: string): string {
  const size = Math.abs(value)
  if (size >= 1e8 && language === 'zh-CN') return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 2, useGrouping: false }).format(value)
  return new Intl.NumberFormat(language, { maximumFractionDigits: size >= 1000 ? 0 : size >= 10 ? 2 : 3 }).format(value)
}

interface Words {
  language: string
  /** Ten thousand, a hundred million. */
  wan: string
  yi: string
  up: (amount: string) => string
  down: (amount: string) => string
  /** No change at all. */
  level: string
  unit: (unit: string) => string
}

/** What is reached or foreseen, as papers tell it: `205座`, `下降 12.4%`, `提高 6个百分点`, `持平`. */
export function reached({ value, unit, is_change: isChange }: PlanTold, words: Words): string {
  const number = measured(isChange ? Math.abs(value) : value, words.language)
  const size = `${number}${unitAfter(words.unit(unit))}`
  if (!isChange) return size
  if (number === '0') return words.level
  return value < 0 ? words.down(size) : words.up(size)
}

/** What a figure says, in a few signs: `≥ 500个`, `下降 10.2%`. */
export function told(fields: FigureFields, words: Words): string {
  const unit = words.unit(fields.unit ?? '')
  const size = (value: number) => amount(value, words.language, words.wan, words.yi)
  const joined = (text: string) => `${text}${unitAfter(unit)}`
  if (fields.range?.length === 2) return joined(fields.range.map((end) => size(end)).join('—'))
  if (typeof fields.value === 'string') return [SIGNS[fields.comparison], joined(fields.value)].filter(Boolean).join(' ')
  if (fields.comparison === 'change') {
    const sign = SIGNS[fields.bound ?? '']
    const said = joined(size(Math.abs(fields.value)))
    const text = sign ? `${sign} ${said}` : said
    return fields.value < 0 ? words.down(text) : words.up(text)
  }
  const sign = SIGNS[fields.comparison]
  const said = joined(size(fields.value))
  return sign ? `${sign} ${said}` : said
}
