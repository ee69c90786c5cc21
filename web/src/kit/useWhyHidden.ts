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
    }[because]
    return [because !== 'withheld' && mask ? masked(mask) : '', why ?? t('sights.because-masked')].filter(Boolean)
  }
}

/** The same of a field, with the rule. */
export function useWhyHidden(): (hidden: HiddenField) => string[] {
  const { t } = useTranslation()
  const whyMasked = useWhyMasked()
  return ({ column, policy }) => [...whyMasked(column), t('hidden.under', { policy })]
}
