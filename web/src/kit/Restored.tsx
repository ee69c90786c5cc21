import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Kept } from './useDraft'

interface Props {
  draft: Pick<Kept<unknown>, 'found' | 'drop'>
  /** Makes the form as it was before anything was written. */
  reset: () => void
}

/** Says that a form opened with what was kept of it, and throws that away. */
export function Restored({ draft, reset }: Props) {
  const { t } = useTranslation()
  const [isDropped, setDropped] = useState(false)
  if (!draft.found || isDropped) return null
  return (
    <p className="note" role="status">
      {t('draft.found')}{' '}
      <Button
        size="small"
        onClick={() => {
          setDropped(true)
          reset()
          void draft.drop()
        }}
      >
        {t('draft.drop')}
      </Button>
    </p>
  )
}
