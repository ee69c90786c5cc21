export interface Piece {
  text: string
  isSign: boolean
}

/** Control signs, signs without width or that turn the direction of text, and spaces at either end. */
const SIGNS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|^[ \u00a0\u3000]+|[ \u00a0\u3000]+$/g

const NAMES: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\v': '\\v' }

/** A text cut into what can be seen and marks for what cannot: a space at an end is `·`, a wide one `□`. */
export function pieces(text: string): Piece[] {
  const list: Piece[] = []
  let done = 0
  for (const match of text.matchAll(SIGNS)) {
    if (match.index > done) list.push({ text: text.slice(done, match.index), isSign: false })
    list.push({ text: [...match[0]].map(named).join(''), isSign: true })
    done = match.index + match[0].length
  }
  if (done < text.length) list.push({ text: text.slice(done), isSign: false })
  return list
}

export function hasSigns(text: string): boolean {
  return pieces(text).some((piece) => piece.isSign)
}

function named(sign: string): string {
  if (sign === ' ' || sign === '\u00a0') return '·'
  if (sign === '\u3000') return '□'
  return NAMES[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
}
