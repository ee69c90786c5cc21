import { useTranslation } from 'react-i18next'
import type { SeenColumn } from '../api/access'
import { useMaskWords } from './useMaskWords'
import { useWords } from './words'

/** What is left of a field that somebody does not see as it is, and why, in words. */
export function useWhyHidden(): (column: SeenColumn) => string[] {
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
