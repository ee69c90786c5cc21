/**
 * Finds Chinese text by what somebody types without an input method: `ycsj`, `changzhu`, `renk`, mixed with characters.
 * A character with several readings matches by any of them.
 */
export type Readings = Map<string, string[]>

export function readings(table: string): Readings {
  const map: Readings = new Map()
  for (const group of table.split(' ')) {
    const syllable = /^[a-z]+/.exec(group)?.[0] ?? ''
    for (const character of group.slice(syllable.length)) {
      const known = map.get(character)
      if (known) known.push(syllable)
      else map.set(character, [syllable])
    }
  }
  return map
}

/** Whether `typed` matches a run of characters that starts anywhere in `text`. */
export function matches(text: string, typed: string, table: Readings): boolean {
  const wanted = typed.toLowerCase().replaceAll(' ', '')
  const characters = [...text.toLowerCase()]
  return wanted === '' || characters.some((_, start) => matchesFrom(characters, start, wanted, table))
}

function matchesFrom(characters: string[], at: number, wanted: string, table: Readings): boolean {
  if (wanted === '') return true
  const character = characters[at]
  if (character === undefined) return false
  if (wanted.startsWith(character) && matchesFrom(characters, at + 1, wanted.slice(character.length), table)) return true
  return (table.get(character) ?? []).some((reading) => {
    // The last character may be typed in part: `renk` finds 人口.
    if (reading.startsWith(wanted)) return true
    return [reading, ...starts(reading)].some(
      (start) => wanted.startsWith(start) && matchesFrom(characters, at + 1, wanted.slice(start.length), table),
    )
  })
}

/** The initial of a syllable; `zh`, `ch` and `sh` may also be typed in full. */
function starts(reading: string): string[] {
  const double = /^[zcs]h/.exec(reading)?.[0]
  return double ? [double, reading.slice(0, 1)] : [reading.slice(0, 1)]
}
