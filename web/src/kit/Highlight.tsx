import type { Piece } from '../api/ledger'

/** What was found, marked; every piece is plain text. */
export function Highlight({ pieces }: { pieces: Piece[] }) {
  return pieces.map(({ text, hit }, place) => (hit ? <mark key={place}>{text}</mark> : text))
}
