import { useTranslation } from 'react-i18next'
import * as format from './format'
import type { Kept } from './useDraft'

/** When the draft was kept, so that nobody wonders. */
export function Saved({ draft }: { draft: Pick<Kept<unknown>, 'savedAt' | 'isFailed'> }) {
  const { t } = useTranslation()
  if (draft.isFailed) return <span className="hint warning-text" role="status">{t('draft.failed')}</span>
  if (!draft.savedAt) return null
  return <span className="hint" role="status">{t('draft.saved', { at: format.time(draft.savedAt, true).slice(11) })}</span>
}
