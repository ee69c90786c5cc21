import { dateFormat } from './intl'

/** Periods as the program writes them: `2025-06-30`, `2025-06`, `2025-Q2`, `2025`. */
export type Grain = 'day' | 'month' | 'quarter' | 'year'

/** From short to long. */
export const GRAINS: Grain[] = ['day', 'month', 'quarter', 'year']

export function grainOf(period: string): Grain {
  if (period.includes('Q')) return 'quarter'
  return ({ 4: 'year', 7: 'month' } as Record<number, Grain>)[period.length] ?? 'day'
}

/** The period of a length that a day lies in, the day written as `2025-06-30`. */
export function periodOf(day: string, grain: string): string {
  const [year = '', month = ''] = day.split('-')
  if (grain === 'year') return year
  if (grain === 'quarter') return `${year}-Q${Math.ceil(Number(month) / 3)}`
  return grain === 'month' ? `${year}-${month}` : day
}

/** Whether a period is a year, so that the period before it is that of the year before. */
export function isYear(period: string | null | undefined): boolean {
  return typeof period === 'string' && grainOf(period) === 'year'
}

/** The lengths that a number of one length can be told in. */
export function grainsFrom(own: string): Grain[] {
  return GRAINS.slice(Math.max(0, GRAINS.indexOf(own as Grain)))
}

export function yearOf(period: string): number {
  return Number(period.slice(0, 4))
}

/** The last period of a year. */
export function lastOf(year: number, grain: Grain): string {
  return `${year}${{ day: '-12-31', month: '-12', quarter: '-Q4', year: '' }[grain]}`
}

/** How many periods of one length a year has; a year of days is compared by its days. */
export const IN_A_YEAR: Record<Grain, number> = { day: 365, month: 12, quarter: 4, year: 1 }

/** The same period of the year before. */
export function yearBefore(period: string): string {
  return `${yearOf(period) - 1}${period.slice(4)}`
}

interface Spoken {
  language: string
  quarter: (year: number, quarter: number) => string
}

/** `2025年6月`, `Jun 2025`. */
export function spoken(period: string, { language, quarter }: Spoken): string {
  const grain = grainOf(period)
  if (grain === 'quarter') return quarter(yearOf(period), Number(period.slice(-1)))
  const [year = 0, month = 1, day = 1] = period.split('-').map(Number)
  const at = new Date(Date.UTC(year, month - 1, day))
  if (Number.isNaN(at.getTime())) return period
  const isChinese = language === 'zh-CN'
  return dateFormat(isChinese ? 'zh-CN' : 'en-GB', {
    timeZone: 'UTC',
    year: 'numeric',
    ...(grain !== 'year' && { month: isChinese ? 'long' : 'short' }),
    ...(grain === 'day' && { day: 'numeric' }),
  }).format(at)
}
