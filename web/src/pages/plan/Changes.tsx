import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanChange, type PlanEdit, decideChange, planChanges, planTasks } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { useWords } from '../../kit/words'
import { useSession } from '../../kit/useSession'
import { AskChange } from './AskChange'
import { Decided } from './Decided'
import { aboutOf, lastOf, namesOf } from './difference'
import { useCanEdit } from './useCanEdit'
import { useFieldWords } from './useFieldWords'

const LAMPS: Record<string, LampState> = { requested: 'due', approved: 'good', rejected: 'absent' }

/** Changes of a plan in force: who asked for what and why, and what was decided. */
export function Changes({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const query = useQuery(planChanges(plan.id))
  const [isAsking, setAsking] = useState(false)
  const { may } = useSession()
  return (
    <>
      {plan.status === 'approved' && may('edit-plan') && (
        <div className="toolbar no-print">
          <Button onClick={() => setAsking(true)}>{t('plans.ask-target')}</Button>
        </div>
      )}
      <ChangeList plan={plan} query={query} />
      {isAsking && <AskChange plan={plan} onClose={() => setAsking(false)} />}
    </>
  )
}

function ChangeList({ plan, query }: { plan: Plan; query: UseQueryResult<PlanChange[]> }) {
  const { t } = useTranslation()
  const { data: told } = useQuery(planTasks(plan.id))
  const names = useMemo(() => namesOf(plan, told?.data.tasks ?? []), [plan, told])
  return (
    <div className="surface">
      <Loaded query={query} doing={t('plans.changes')}>
        {(list) =>
          list.length === 0 ? (
            <Nothing title={t('plans.no-changes')}>{t('plans.no-changes-help')}</Nothing>
          ) : (
            <ul className="cards" aria-label={t('plans.changes')}>
              {list.map((change) => (
                <Change key={change.number} plan={plan} names={names} change={change} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}

function Change({ plan, names, change }: { plan: Plan; names: Map<string, string>; change: PlanChange }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFieldWords()
  const queries = useQueryClient()
  const [deciding, setDeciding] = useState<boolean>()
  const canDecide = useCanEdit(plan)
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
            <About edit={edit} names={names} />
            {Object.entries(edit.fields ?? {}).map(([name, value]) => (
              <span key={name} translate="no">
                {' · '}
                {word('plan-field', lastOf(name))} → {words.value(name, value)}
              </span>
            ))}
          </li>
        ))}
      </ul>
      {change.decided && <Decided by={change.decided} />}
      {change.state === 'requested' && canDecide && (
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

function About({ edit, names }: { edit: PlanEdit; names: Map<string, string> }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { kind, to } = aboutOf(edit)
  const name = names.get(edit.item) ?? edit.item.split('/')[1]
  return (
    <>
      {word('plan-op', edit.op)} {word('plan-item', kind)} <span translate="no">{to ? t('plans.added-to', { name }) : name}</span>
    </>
  )
}
