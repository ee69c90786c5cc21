import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { ProblemPanel } from '../../kit/Problem'
import { Elapsed } from '../../kit/Elapsed'
import type { useRun } from './useRun'

/** That something runs, since when, and how to stop waiting for it. */
export function Running({ run, leave }: ReturnType<typeof useRun>) {
  const { t } = useTranslation()
  if (run.isPending) {
    return (
      <div className="note running-note" role="status">
        <p>
          {t('model.running')} <Elapsed since={run.submittedAt} />
        </p>
        <progress aria-label={t('model.running')} />
        <Button size="small" onClick={leave}>
          {t('model.leave')}
        </Button>
      </div>
    )
  }
  if (run.error instanceof DOMException) return <p className="note" role="status">{t('model.left')}</p>
  if (run.isError) return <ProblemPanel error={run.error} doing={t('model.run')} />
  return run.isSuccess ? <p className="note" role="status">{t('model.ended')}</p> : null
}
