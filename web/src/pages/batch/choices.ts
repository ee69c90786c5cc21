import type { components } from '../../api/schema'

export interface Choice {
  value: string
  label: string
}

/** The codes that a cell may be, each with its word; with what stands there, where that is none of them. */
export function choicesOf(words: components['schemas']['CodeWord'][], text: string, isEnglish: boolean): Choice[] {
  const known = words.map(({ code, title, title_en }) => ({ value: code, label: `${(isEnglish && title_en) || title} ${code}` }))
  if (known.length === 0 || text === '' || words.some(({ code }) => code === text)) return known
  return [{ value: text, label: text }, ...known]
}
