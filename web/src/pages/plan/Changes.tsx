import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanChange, decideChange, planChanges } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { useWords } from '../../kit/words'
import { Decided } from './Decided'

const LAMPS: Record<string, LampState> = { requested: 'due', approved: 'good', rejected: 'absent' }

/** Changes of a plan in force: who asked for what and why, and what was decided. */
export function Changes({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const query = useQuery(planChanges(plan.id))
  return (
    <div className="surface">
      <Loaded query={query} doing={t('plans.changes')}>
        {(list) =>
          list.length === 0 ? (
            <Nothing title={t('plans.no-changes')}>{t('plans.no-changes-help')}</Nothing>
          ) : (
            <ul className="cards" aria-label={t('plans.changes')}>
              {list.map((change) => (
                <Change key={change.number} plan={plan} change={change} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}

function Change({ plan, change }: { plan: Plan; change: PlanChange }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const queries = useQueryClient()
  const [deciding, setDeciding] = useState<boolean>()
  const decide = useMutation({
    mutationFn: (reason: string) => decideChange(plan.id, change.number, deciding === true, reason),
    onSuccess: () => {
      setDeciding(undefined)
      void queries.invalidateQueries({ queryKey: ['plan', plan.id] })
    },
  })
  return (
    <li className="card">
      <div className="card-head">
        <div className="card-title">{t('plans.change-n', { number: change.number })}</div>
        <Lamp state={LAMPS[change.state] ?? 'absent'}>{word('plan-change-state', change.state)}</Lamp>
      </div>
      <Decided by={change.requested} />
      <ul className="changes">
        {change.edits.map((edit, at) => (
          <li key={at}>
            {word('plan-op', edit.op)} {word('plan-item', edit.item.split('/')[0])} {edit.item.split('/')[1]}
            {Object.entries(edit.fields ?? {}).map(([name, value]) => (
              <span key={name} translate="no">
                {' · '}
                {word('plan-field', name)} → {shown(value)}
              </span>
            ))}
          </li>
        ))}
      </ul>
      {change.decided && <Decided by={change.decided} />}
      {change.state === 'requested' && (
        <div className="actions actions-start">
          <Button type="primary" size="small" aria-label={t('plans.change-accept-n', { number: change.number })} onClick={() => setDeciding(true)}>
            {t('plans.change-accept')}
          </Button>
          <Button size="small" aria-label={t('plans.change-reject-n', { number: change.number })} onClick={() => setDeciding(false)}>
            {t('plans.change-reject')}
          </Button>
        </div>
      )}
      {deciding !== undefined && (
        <ReasonDialog
          title={t(deciding ? 'plans.change-accept-n' : 'plans.change-reject-n', { number: change.number })}
          confirm={t(deciding ? 'plans.change-accept' : 'plans.change-reject')}
          stock={[t('plans.stock-meeting'), t('plans.stock-passed')]}
          busy={decide.isPending}
          error={decide.error}
          onConfirm={(reason) => decide.mutate(reason)}
          onClose={() => setDeciding(undefined)}
        />
      )}
    </li>
  )
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '—'
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value)
}
