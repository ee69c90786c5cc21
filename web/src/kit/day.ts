/** The city has one zone, and no hour that is skipped. */
const ZONE = '+08:00'
const DAY = 86_400_000
const AHEAD = 8 * 3_600_000

/** The first moment of a day of the city: `2026-05-01`. */
export function beginOf(day: string): string {
  return new Date(`${day}T00:00:00${ZONE}`).toISOString()
}

/** The first moment after a day, which is the end of what holds through it. */
export function endOf(day: string): string {
  return new Date(Date.parse(beginOf(day)) + DAY).toISOString()
}

/** The day of the city in which a moment lies. */
export function dayOf(at: number): string {
  return new Date(at + AHEAD).toISOString().slice(0, 10)
}

/** The last day through which something holds that ends at this moment; nothing where it ends in the midst of one. */
export function lastDay(end: string): string | undefined {
  const at = Date.parse(end)
  return (at + AHEAD) % DAY === 0 ? dayOf(at - DAY) : undefined
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
}
