import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

/** A text of a pack in the language of the reader. */
export function useWorded() {
  const { i18n } = useTranslation()
  const { language } = i18n
  return useCallback(
    (text: string | { zh: string; en?: string | null }) => {
      if (typeof text === 'string') return text
      return (language === 'en' && text.en) || text.zh
    },
    [language],
  )
}
