import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { type RightsChange, previewRights } from '../api/access'
import { ProblemPanel } from './Problem'
import { RightsDifference } from './RightsDifference'
import { Hint } from './Text'

/** A button, and behind it what a change would open and close. Whoever gives another change gives another key with it. */
export function RightsLook({ change, label, about }: { change: RightsChange; label?: string; about?: string }) {
  const { t } = useTranslation()
  const looked = useMutation({ mutationFn: () => previewRights(change) })
  return (
    <>
      <div className="actions">
        <Button loading={looked.isPending} onClick={() => looked.mutate()}>
          {label ?? t('change.look')}
        </Button>
        {about && <Hint>{about}</Hint>}
      </div>
      {looked.isError && <ProblemPanel error={looked.error} doing={t('change.look')} />}
      {looked.data && <RightsDifference preview={looked.data} />}
    </>
  )
}
