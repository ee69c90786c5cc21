import * as format from '../../kit/format'
import { isNothing, lastOf, nameIn } from './difference'
import { percentOf } from './nodes'

/** The words of a reader for what stands in the fields of a plan. */
export interface FieldWords {
  word: (list: string, value: string | null | undefined) => string
  principal: (id: string) => string
  amount: (value: number) => string
  unit: (text: string) => string
  comparison: (sign: string) => string
  yes: string
  no: string
  comma: string
}

/** What a state is called, by the kind of the item that has it. */
const STATES: Record<string, string> = { figure: 'plan-figure', evidence: 'plan-evidence', change: 'plan-change-state', plan: 'plan-status' }
/** Fields whose values are words of a closed list. */
const LISTS: Record<string, string> = { status: 'plan-status', verdict: 'plan-figure', way: 'plan-way', origin: 'plan-origin', doubt: 'plan-doubt', op: 'plan-op' }
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/

/** A value of a field in words: who decided, when and why, what is in doubt, how something is compared; never as the program keeps it. */
export function fieldText(field: string, value: unknown, words: FieldWords, item = ''): string {
  if (isNothing(value)) return '—'
  const name = lastOf(field)
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'number') return name === 'share' ? `${percentOf(value)}%` : words.amount(value)
  if (typeof value === 'string') return textOf(field, value, words, item)
  if (Array.isArray(value)) return value.map((one) => fieldText(field, one, words, item)).join(words.comma)
  return objectOf(value as Record<string, unknown>, words, item)
}

function textOf(field: string, text: string, words: FieldWords, item: string): string {
  const [name, kind] = [lastOf(field), item.split('/')[0] ?? '']
  if (MOMENT.test(text)) return format.time(text)
  if (name === 'who' || name === 'by') return words.principal(text)
  if (name === 'unit') return words.unit(text) || '—'
  if (name === 'comparison' || name === 'bound') return words.comparison(text)
  if (name === 'kind') return words.word(kind === 'binding' || field.includes('source') ? 'plan-binding' : 'plan-kind', text)
  const list = name === 'state' ? STATES[kind] : LISTS[name]
  return list ? words.word(list, text) : text
}

function objectOf(value: Record<string, unknown>, words: FieldWords, item: string): string {
  const { who, at, reason, doubt, answered, source } = value
  if (typeof who === 'string' && typeof at === 'string') {
    const decided = `${words.principal(who)} ${format.time(at)}`
    return typeof reason === 'string' && reason ? `${decided} ${reason}` : decided
  }
  if (typeof doubt === 'string') {
    const told = words.word('plan-doubt', doubt)
    return isNothing(answered) ? told : `${told} (${fieldText('answered', answered, words, item)})`
  }
  const name = nameIn(value)
  if (name !== undefined) return name
  // A binding is its source; who said so stands beside the change.
  const told = typeof source === 'object' && source !== null ? { ...(source as Record<string, unknown>) } : value
  const parts = Object.entries(told).filter(([, one]) => !isNothing(one) && one !== false)
  return parts.map(([field, one]) => `${words.word('plan-field', field)} ${fieldText(told === value ? field : `source.${field}`, one, words, item)}`).join(words.comma)
}
