import { numberFormat } from './intl'

/** How numbers, times and sizes are written. Times are those of the city, whatever the clock of the browser says. */
const ZONE = 'Asia/Shanghai'

export function number(value: number, language: string): string {
  return numberFormat(language).format(value)
}

/** `1.23万`, `1,242.3亿`, `12,345`, `1.2M`: a number to be grasped, where the exact one stands nearby. English has no word for ten thousand. */
export function short(value: number, language: string): string {
  if (!isLarge(value, language)) return numberFormat(language, { maximumFractionDigits: 2 }).format(value)
  return numberFormat(language, { notation: 'compact', maximumFractionDigits: 2, useGrouping: true }).format(value)
}

/** Whether a number is so large that it is written with a word for its size where little fits. */
export function isLarge(value: number, language: string): boolean {
  return Math.abs(value) >= (language === 'zh-CN' ? 10_000 : 1_000_000)
}

/** A score of 0 to 100 with one digit, never rounded up to a full 100. */
export function score(value: number): string {
  const cut = Math.floor(value * 10) / 10
  return cut === 100 ? '100' : cut.toFixed(1)
}

/** A share of 0 to 1 in per cent, with the same rule as a score. */
export function share(value: number): string {
  const cut = Math.floor(value * 10_000) / 100
  return `${cut === 100 ? '100' : cut.toFixed(2)}%`
}

/** How much of what is asked for is reached, a share of 1, in per cent: cut off and never rounded up, so that what lacks a little is not told as all. */
export function reachedPart(share: number): number {
  // The last binary digit of a product is no shortfall.
  return Math.floor(Number((share * 10_000).toFixed(6))) / 100
}

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** `2026-01-31 09:05`, the form of official documents and of file names alike. */
export function time(at: string | Date, withSeconds = false): string {
  const date = typeof at === 'string' ? new Date(at) : at
  if (Number.isNaN(date.getTime())) return String(at)
  const part = Object.fromEntries(parts.formatToParts(date).map(({ type, value }) => [type, value]))
  const clock = `${part.hour}:${part.minute}${withSeconds ? `:${part.second}` : ''}`
  return `${part.year}-${part.month}-${part.day} ${clock}`
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** `3小时前`. */
export function age(at: string, now: number, language: string): string {
  const seconds = (now - new Date(at).getTime()) / 1000
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'always' })
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(-Math.trunc(seconds / length), unit)
  }
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(0, 'second')
}

export function duration(from: string, to: string, language: string): string {
  const milliseconds = Math.max(0, new Date(to).getTime() - new Date(from).getTime())
  return elapsed(milliseconds, language)
}

export function elapsed(milliseconds: number, language: string): string {
  const as = (value: number, unit: string, digits: number) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits }).format(
      value,
    )
  if (milliseconds < 1) return `<${as(1, 'millisecond', 0)}`
  if (milliseconds < 1000) return as(Math.round(milliseconds), 'millisecond', 0)
  const seconds = milliseconds / 1000
  return seconds < 60 ? as(seconds, 'second', 1) : as(seconds / 60, 'minute', 1)
}

export function size(bytes: number, language: string): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let step = 0
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000
    step += 1
  }
  const digits = step === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${units[step]}`
}
