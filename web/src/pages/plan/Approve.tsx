import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, approvePlan, plan as planQuery } from '../../api/plans'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { toDecide } from './progress'

/** Puts the plan in force, once nothing is left to decide; until then it says what is. */
export function Approve({ plan, etag }: { plan: Plan; etag: string | undefined }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const approve = useMutation({
    mutationFn: (reason: string) => approvePlan(plan.id, reason, etag),
    onSuccess: (told) => {
      setAsking(false)
      queries.setQueryData(planQuery(plan.id).queryKey, told)
      void queries.invalidateQueries({ queryKey: ['plan', plan.id] })
      void queries.invalidateQueries({ queryKey: ['plans'] })
    },
    // Somebody else may have changed what is approved; it is shown before anybody approves it again.
    onError: () => void queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
  const open = toDecide(plan.progress)
  return (
    <>
      {open.length > 0 && (
        <span id="plan-to-decide" className="hint">
          {t('plans.before-approval')} {open.map(({ kind, count }) => t(`plans.left-${kind}`, { count })).join(t('app.comma'))}
        </span>
      )}
      <Button type="primary" disabled={open.length > 0} {...(open.length > 0 && { 'aria-describedby': 'plan-to-decide' })} onClick={() => setAsking(true)}>
        {t('plans.approve')}
      </Button>
      {isAsking && (
        <ReasonDialog
          title={t('plans.approve-title', { title: plan.title ?? plan.id })}
          confirm={t('plans.approve')}
          stock={[t('plans.stock-passed'), t('plans.stock-meeting')]}
          busy={approve.isPending}
          error={approve.error}
          onConfirm={(reason) => approve.mutate(reason)}
          onClose={() => setAsking(false)}
        >
          <p>{t('plans.approve-about', { count: plan.targets.length })}</p>
        </ReasonDialog>
      )}
    </>
  )
}
