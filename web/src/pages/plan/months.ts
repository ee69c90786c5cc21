import type { PlanMonth } from '../../api/plans'

export interface StripMonth {
  /** `2025-06`. */
  month: string
  /** `6`, and with its year where that is another one. */
  label: string
  found: PlanMonth | undefined
}

/** Twelve months of the year of the plan, and those beyond it in which something is due. */
export function strip(months: PlanMonth[], year: number | undefined): StripMonth[] {
  const first = year ?? Number(months[0]?.month.slice(0, 4))
  const own = Array.from({ length: 12 }, (_, at) => `${first}-${String(at + 1).padStart(2, '0')}`)
  const others = months.map(({ month }) => month).filter((month) => !own.includes(month))
  return [...new Set([...others.filter((month) => month < (own[0] ?? '')), ...own, ...others])]
    .sort()
    .map((month) => {
      const number = String(Number(month.slice(5)))
      return { month, label: month.startsWith(`${first}-`) ? number : `${month.slice(2, 4)}/${number}`, found: months.find((one) => one.month === month) }
    })
}
