import { useTranslation } from 'react-i18next'
import { useWords } from '../../kit/words'
import { fieldText } from './fieldText'
import { useFigureWords } from './useFigureWords'

/** Values of the fields of a plan in the language of the reader. */
export function useFieldWords() {
  const { t } = useTranslation()
  const { word, principal } = useWords()
  const { amount, unit, comparison } = useFigureWords()
  const words = { word, principal, amount, unit, comparison, yes: t('plans.yes'), no: t('plans.no'), comma: t('app.comma') }
  return { value: (field: string, value: unknown, item?: string): string => fieldText(field, value, words, item) }
}
