import { useTranslation } from 'react-i18next'
import { Hint } from './Text'

/** How often a grant may still be used; nothing where its uses are not counted. */
export function UsesLeft({ left }: { left: number | null | undefined }) {
  const { t } = useTranslation()
  if (typeof left !== 'number') return null
  return <Hint>{left === 0 ? t('uses.none') : t('uses.left', { left })}</Hint>
}
