import { matches, type Readings } from './pinyin'

const NO_READINGS: Readings = new Map()

/** Every word that was typed must be found in one of the texts. */
export function found(texts: (string | null | undefined)[], typed: string, table: Readings = NO_READINGS): boolean {
  const words = typed.trim().split(/\s+/).filter(Boolean)
  return words.every((word) => texts.some((text) => text && matches(text, word, table)))
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
