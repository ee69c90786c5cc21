import { got } from '../api/call'

/** The clock of the city is that of the program; the one on the desk may be wrong, or the program stands at a moment. */
let ahead = 0
let standing: number | undefined
const waiting = new Set<() => void>()

export function now(): number {
  return standing ?? Date.now() + ahead
}

/** Calls back when the clock has been set. */
export function onSet(changed: () => void): () => void {
  waiting.add(changed)
  return () => waiting.delete(changed)
}

export async function setClock(): Promise<void> {
  try {
    const from = Date.now()
    const told = await got<{ now: string; is_standing: boolean }>('/clock')
    const there = Date.parse(told.now)
    if (told.is_standing) standing = there
    else ahead = there - (from + Date.now()) / 2
    // The way there and back takes a moment; so much does no harm.
    if (Math.abs(ahead) < 2_000) ahead = 0
    waiting.forEach((changed) => changed())
  } catch {
    // Until the program answers, the clock of the desk has to do.
  }
}
