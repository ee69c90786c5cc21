import type { MetricAnswer, MetricChange, MetricNumber } from '../api/metrics'
import * as format from './format'
import { numberFormat } from './intl'
import { unitName } from './units'

/** How the number of a metric is written: with as many digits as the metric says, and no more. */
export function exact(value: number, decimals: number, language: string): string {
  return numberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value)
}

/** For a place where little fits: `12.3万`. */
export function brief(value: number, decimals: number, language: string): string {
  return format.isLarge(value, language) ? format.short(value, language) : exact(value, decimals, language)
}

/** The sizes that a language has a word for, as far as numbers are written with one. */
const sizesOf = (language: string) => (language === 'zh-CN' ? [1e12, 1e8, 1e4] : [1e12, 1e9, 1e6])

/** How numbers beside each other are written where little fits: all in the manner that the greatest needs. */
export function alike(values: number[], decimals: number, language: string): (value: number) => string {
  const most = Math.max(0, ...values.map(Math.abs))
  const size = sizesOf(language).find((one) => most >= one)
  if (size === undefined) return (value) => exact(value, decimals, language)
  const word = numberFormat(language, { notation: 'compact' }).formatToParts(size).find(({ type }) => type === 'compact')?.value ?? ''
  return (value) => `${exact(value / size, 2, language)}${word}`
}

/** A share has its sign at the number, as has a Chinese word; a ratio of 1 has none. */
export function unitAfter(unit: string): string {
  if (unit === '' || unit === '1') return ''
  const name = unitName(unit)
  return /^(?:[%‰]|\p{Script=Han})/u.test(name) ? name : ` ${name}`
}

export function valueOf(number: MetricNumber | null | undefined): number | null {
  return number?.state === 'value' && typeof number.value === 'number' ? number.value : null
}

/** With its sign always, so that a change is not taken for a number. */
export function signed(value: number, decimals: number, language: string): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
  return numberFormat(language, { ...digits, signDisplay: 'exceptZero' }).format(value)
}

/** Whether nothing is left of a change in so many decimals: it is neither up nor down then. */
export function isFlat(by: number, decimals: number): boolean {
  return Number(by.toFixed(Math.min(20, Math.max(0, decimals)))) === 0
}

/** Whether a change is to the good, when the metric says which way that is. */
export function tone(change: Pick<MetricChange, 'change'> | null | undefined, direction: string): 'good' | 'late' | undefined {
  const by = change?.change
  if (typeof by !== 'number' || by === 0 || direction === 'none') return undefined
  return by > 0 === (direction === 'up') ? 'good' : 'late'
}

const SIGNS: Record<string, string> = { '>=': '≥', '<=': '≤' }

/** What a target asks for: `≥ 500座`. A change is called one, and has its sign. */
export function aimOf({ comparison, value }: Aim, { unit, decimals }: Pick<MetricAnswer, 'unit' | 'decimals'>, language: string, change: string, write = exact): string {
  const [sign, size] = comparison === 'change' ? [change, signed(value, decimals, language)] : [SIGNS[comparison] ?? comparison, write(value, decimals, language)]
  return `${sign} ${size}${unitAfter(unit)}`
}

/** The target of a metric, as far as it says what is asked for. */
export type Aim = Pick<NonNullable<MetricAnswer['target']>, 'comparison' | 'value'>
