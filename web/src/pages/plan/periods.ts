import type { Plan } from '../../api/plans'
import type { PaperKind } from '../../api/papers'

/** The periods of a kind of paper that lie in the years of a plan and have begun on a day; the newest first. */
export function periodsOf(plan: Pick<Plan, 'year' | 'targets'>, kind: PaperKind, day: string): string[] {
  const due = plan.targets.flatMap((target) => (target.due ? [Number(target.due.slice(0, 4))] : []))
  const last = plan.year ?? Math.max(...due)
  const first = Math.min(...due, last)
  if (!Number.isFinite(first) || !Number.isFinite(last)) return []
  const years = Array.from({ length: last - first + 1 }, (_, at) => first + at)
  return years
    .flatMap((year) => periodsIn(year, kind))
    .filter(([, begins]) => begins <= day)
    .map(([period]) => period)
    .reverse()
}

/** Periods of a year with the days on which they begin. */
function periodsIn(year: number, kind: PaperKind): [string, string][] {
  const month = (number: number) => String(number).padStart(2, '0')
  if (kind === 'review') return [[String(year), `${year}-01-01`]]
  if (kind === 'pack') return [1, 2, 3, 4].map((quarter) => [`${year}-Q${quarter}`, `${year}-${month(quarter * 3 - 2)}-01`])
  return Array.from({ length: 12 }, (_, at) => [`${year}-${month(at + 1)}`, `${year}-${month(at + 1)}-01`])
}

/** What a footnote leads to: a metric with its period, or a page of this application. */
export function trailOf(trail: string | null | undefined, address: string | null | undefined): { metric: string; period: string } | { path: string } | undefined {
  const [, metric, period] = /^metric\/(.+)@(.+)$/.exec(trail ?? '') ?? []
  if (metric && period) return { metric, period }
  if (!address) return undefined
  const { pathname, search, hash } = new URL(address)
  return { path: `${pathname}${search}${hash}` }
}
