/**
 * Text as it is compared: one width, one case, simplified characters. Every sign stands for exactly one, so that a place in
 * the folded text is the same place in the text itself.
 */
export type Fold = (text: string) => string[]

export function folding(table: string): Fold {
  const signs = [...table]
  const simplified = new Map<string, string>()
  for (let at = 0; at + 1 < signs.length; at += 2) simplified.set(signs[at] ?? '', signs[at + 1] ?? '')
  return (text) => [...text].map((sign) => one(sign, simplified))
}

function one(sign: string, simplified: Map<string, string>): string {
  const code = sign.codePointAt(0) ?? 0
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCodePoint(code - 0xfee0).toLowerCase()
  if (code === 0x3000) return ' '
  const known = simplified.get(sign)
  if (known) return known
  const lower = sign.toLowerCase()
  return [...lower].length === 1 ? lower : sign
}

/** Where the words stand in a text, in order and without overlap, as code points. */
export function places(text: string[], words: string[][]): [number, number][] {
  const found: [number, number][] = []
  for (const word of words) {
    if (word.length === 0) continue
    for (let at = 0; at + word.length <= text.length; at += 1) {
      if (word.every((sign, step) => text[at + step] === sign)) found.push([at, at + word.length])
    }
  }
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1])
  const apart: [number, number][] = []
  for (const [from, to] of found) {
    const last = apart.at(-1)
    if (last && from < last[1]) last[1] = Math.max(last[1], to)
    else apart.push([from, to])
  }
  return apart
}
