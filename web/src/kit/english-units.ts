import texts from '../i18n/en.json'

const named: Partial<Record<string, string>> = texts

const isHan = (text: string) => /\p{Script=Han}/u.test(text)

/** The name of a unit that is one thing: `千瓦时`. Of a symbol it is the symbol. */
function plainName(unit: string, isOne = false): string | undefined {
  if (!isHan(unit)) return unit || undefined
  return (isOne ? named[`unit.${unit}_one`] : undefined) ?? named[`unit.${unit}`]
}

/** The name of a unit, also of so many thousands of it: `×10,000 CNY`, and below the line `10,000 people`. */
function sizedName(unit: string, isBelow: boolean): string | undefined {
  const name = plainName(unit, isBelow)
  if (name !== undefined) return name
  const signs = [...unit]
  for (const length of [2, 1]) {
    const size = named[`unit-size.${signs.slice(0, length).join('')}`]
    const of = plainName(signs.slice(length).join(''))
    if (of !== undefined && size !== undefined) return `${isBelow ? '' : '×'}${size} ${of}`
  }
  return undefined
}

/**
 * The English name of a unit that is written in Chinese, some of so much for each of another: `元/千瓦时`. A unit stays as it is
 * written where it has no name, or a part of it.
 */
export function englishUnit(unit: string): string {
  if (!isHan(unit)) return unit
  const parts = unit.split(/[/／]/).map((part, place) => sizedName(part.trim(), place > 0))
  return parts.includes(undefined) ? unit : parts.join(texts['unit.per'])
}
