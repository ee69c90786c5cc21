import i18next from 'i18next'

/** Packs and plans write units in Chinese. A unit that has no name in the language of the reader stays as it is written. */
export function unitName(unit: string): string {
  const key = `unit.${unit}`
  return /\p{Script=Han}/u.test(unit) && i18next.exists(key) ? i18next.t(key as 'unit.d') : unit
}
