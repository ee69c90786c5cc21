import { useTranslation } from 'react-i18next'
import { kept, maskOf } from './mask'

/** What a mask leaves of a value, in words. */
export function useMaskWords(): (text: string) => string {
  const { t } = useTranslation()
  return (text) => {
    const mask = maskOf(text)
    return mask ? t(`mask.${kept(mask)}`, { first: mask.first, last: mask.last, value: mask.value }) : text
  }
}
