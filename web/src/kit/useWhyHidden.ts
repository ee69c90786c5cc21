import { useTranslation } from 'react-i18next'
import type { SeenColumn } from '../api/access'
import type { HiddenField } from './hidden'
import { useMaskWords } from './useMaskWords'
import { useWords } from './words'

/** What is left of a column that somebody does not see as it is, and why, in words. */
export function useWhyMasked(): (column: SeenColumn) => string[] {
  const { t } = useTranslation()
  const { word } = useWords()
  const masked = useMaskWords()
  return ({ because, mask, of }) => {
    const why = {
      grade: t('sights.because-grade', { grade: word('grade', of ?? '') }),
      withheld: t('sights.because-withheld', { policy: of ?? '' }),
      condition: t('sights.because-condition'),
      unread: t('sights.because-unread'),
    }[because]
    return [because !== 'withheld' && mask ? masked(mask) : '', why ?? t('sights.because-masked')].filter(Boolean)
  }
}

/** The same of a field, with its grade and the rule. */
export function useWhyHidden(): (hidden: HiddenField) => string[] {
  const { t } = useTranslation()
  const { word } = useWords()
  const whyMasked = useWhyMasked()
  return ({ column, policy, grade }) =>
    [
      ...whyMasked(column),
      grade && column.because !== 'grade' ? t('hidden.grade', { grade: word('grade', grade) }) : '',
      policy && t('hidden.under', { policy }),
    ].filter(Boolean)
}
