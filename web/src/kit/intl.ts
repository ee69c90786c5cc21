/** To make one takes longer than to use it a hundred times, and a wall of forty blocks uses hundreds at once. */
const numbers = new Map<string, Intl.NumberFormat>()
const dates = new Map<string, Intl.DateTimeFormat>()

export function numberFormat(language: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return kept(numbers, language, options, () => new Intl.NumberFormat(language, options))
}

export function dateFormat(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dates, language, options, () => new Intl.DateTimeFormat(language, options))
}

function kept<T>(known: Map<string, T>, language: string, options: object, make: () => T): T {
  const key = `${language}${JSON.stringify(options)}`
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}
