import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { nameUnitsBy } from '../kit/units'
import type zh from './zh-CN.json'

export type Key = keyof typeof zh
export type Language = 'zh-CN' | 'en'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'page'
    resources: { page: typeof zh }
    keySeparator: false
    nsSeparator: false
  }
}

const STORED = 'yandu.language'

/** Chinese comes with each entry, which brings the texts that it can say; English is fetched when somebody wants it. */
export async function start(own: Partial<typeof zh>): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'zh-CN',
    fallbackLng: 'zh-CN',
    ns: 'page',
    defaultNS: 'page',
    keySeparator: false,
    nsSeparator: false,
    resources: { 'zh-CN': { page: own } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  })
  await speak(localStorage.getItem(STORED) === 'en' ? 'en' : 'zh-CN')
}

export async function speak(language: Language): Promise<void> {
  if (language === 'en' && !i18next.hasResourceBundle('en', 'page')) {
    const { englishUnit, texts } = await import('./english')
    i18next.addResourceBundle('en', 'page', texts)
    nameUnitsBy(englishUnit)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  localStorage.setItem(STORED, language)
}
