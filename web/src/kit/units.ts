import i18next from 'i18next'

let naming = (unit: string) => unit

/** With the texts of another language than that in which packs and plans write units comes how it names them. */
export function nameUnitsBy(names: (unit: string) => string): void {
  naming = names
}

export function unitName(unit: string): string {
  return i18next.language === 'zh-CN' ? unit : naming(unit)
}
