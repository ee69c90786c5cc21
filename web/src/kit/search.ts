import type { Fold } from './fold'
import { matches, type Readings } from './pinyin'

const NO_READINGS: Readings = new Map()

/** Every word that was typed must be found in one of the texts. */
export function found(texts: (string | null | undefined)[], typed: string, table: Readings = NO_READINGS): boolean {
  const words = typed.trim().split(/\s+/).filter(Boolean)
  return words.every((word) => texts.some((text) => text && matches(text, word, table)))
}

export interface Option {
  label?: unknown
  value?: unknown
}

/** Whether an option of a list is meant, by what is shown of it or by its id; both sides in one script. */
export function optionFound(typed: string, option: Option | undefined, fold: Fold, table?: Readings): boolean {
  const texts = [option?.label, option?.value].filter((text) => typeof text === 'string')
  return found(texts.map((text) => fold(text).join('')), fold(typed).join(''), table)
}

/**
 * How alike a file's name and a title are: the length of their longest common run. 常住人口登记_20251231.csv is most
 * like 常住人口登记.
 */
export function likeness(name: string, title: string): number {
  let longest = 0
  for (let start = 0; start < title.length; start += 1) {
    while (start + longest < title.length && name.includes(title.slice(start, start + longest + 1))) longest += 1
  }
  return longest
}
