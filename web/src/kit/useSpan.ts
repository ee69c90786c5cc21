import { useTranslation } from 'react-i18next'
import { spoken } from './span'

/** Periods in the words of the reader. */
export function useSpan() {
  const { t, i18n } = useTranslation()
  return (period: string | null | undefined) =>
    period ? spoken(period, { language: i18n.language, quarter: (year, quarter) => t('span.of-quarter', { year, quarter }) }) : '—'
}
