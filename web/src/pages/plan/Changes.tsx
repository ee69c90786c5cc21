import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Told } from '../../api/call'
import { type AskedChange, type Plan, type PlanChange, type PlanEdit, decideChange, planChanges, planTasks } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { useWords } from '../../kit/words'
import { useSession } from '../../kit/useSession'
import { AskChange } from './AskChange'
import { Decide } from './Decide'
import { Decided } from './Decided'
import { aboutOf, comesAlong, lastOf, namesOf } from './difference'
import { useCanEdit } from './useCanEdit'
import { useFieldWords } from './useFieldWords'

const LAMPS: Record<string, LampState> = { requested: 'due', approved: 'good', rejected: 'absent' }

/** What comes along with a change of which is told at once. */
const MOST = 8

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

function ChangeList({ plan, query }: { plan: Plan; query: UseQueryResult<Told<{ changes: PlanChange[] }>> }) {
  const { t } = useTranslation()
  const { data: told } = useQuery(planTasks(plan.id))
  const names = useMemo(() => namesOf(plan, told?.data.tasks ?? []), [plan, told])
  return (
    <div className="surface">
      <Loaded query={query} doing={t('plans.changes')}>
        {({ data: { changes: list }, etag }) =>
          list.length === 0 ? (
            <Nothing title={t('plans.no-changes')}>{t('plans.no-changes-help')}</Nothing>
          ) : (
            <ul className="cards" aria-label={t('plans.changes')}>
              {list.map((change) => (
                <Change key={change.number} plan={plan} etag={etag} names={names} change={change} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}

interface ChangeProps {
  plan: Plan
  /** The revision in which it was seen. */
  etag: string | undefined
  names: Map<string, string>
  change: PlanChange
}

function Change({ plan, etag, names, change }: ChangeProps) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { who } = useSession()
  const [deciding, setDeciding] = useState<boolean>()
  const canDecide = useCanEdit(plan) && change.state === 'requested'
  const isOwn = who.account?.id === change.requested.who
  return (
    <li className="card">
      <div className="card-head">
        <div className="card-title">{t('plans.change-n', { number: change.number })}</div>
        <Lamp state={LAMPS[change.state] ?? 'absent'}>{word('plan-change-state', change.state)}</Lamp>
      </div>
      <Decided by={change.requested} />
      <Edits change={change} names={names} />
      {change.decided && <Decided by={change.decided} />}
      {canDecide && (
        <div className="actions actions-start">
          {!isOwn && (
            <Button type="primary" size="small" aria-label={t('plans.change-accept-n', { number: change.number })} onClick={() => setDeciding(true)}>
              {t('plans.change-accept')}
            </Button>
          )}
          <Button size="small" aria-label={t('plans.change-reject-n', { number: change.number })} onClick={() => setDeciding(false)}>
            {t('plans.change-reject')}
          </Button>
          {isOwn && <span className="hint">{t('plans.change-own')}</span>}
        </div>
      )}
      {deciding !== undefined && <Decision plan={plan} etag={etag} names={names} change={change} accepts={deciding} onClose={() => setDeciding(undefined)} />}
    </li>
  )
}

function Decision({ plan, etag, names, change, accepts, onClose }: ChangeProps & { accepts: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const queries = useQueryClient()
  // What is asked about stays what was seen.
  const [asked] = useState(change)
  return (
    <Decide
      plan={plan.id}
      etag={etag}
      seen={asked}
      title={t(accepts ? 'plans.change-accept-n' : 'plans.change-reject-n', { number: asked.number })}
      confirm={t(accepts ? 'plans.change-accept' : 'plans.change-reject')}
      stock={[t('plans.stock-meeting'), t('plans.stock-passed')]}
      send={(reason, match) => decideChange(plan.id, asked.number, accepts, reason, match)}
      again={async () => {
        const fresh = await queries.fetchQuery({ ...planChanges(plan.id), staleTime: 0 })
        return { now: fresh.data.changes.find(({ number }) => number === asked.number), etag: fresh.etag }
      }}
      isOpen={({ state }) => state === 'requested'}
      told={(state) => word('plan-change-state', state)}
      onClose={onClose}
    >
      <Edits change={asked} names={names} />
    </Decide>
  )
}

/** What is asked for: while it waits, each field as it is now and as it would be, and what comes along with that. */
function Edits({ change, names }: { change: AskedChange; names: Map<string, string> }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFieldWords()
  const along = comesAlong(change)
  const name = (item: string) => names.get(item) ?? item.split('/')[1]
  return (
    <ul className="changes">
      {change.edits.map((edit, at) => (
        <li key={at}>
          <About edit={edit} names={names} />
          {Object.entries(edit.fields ?? {}).map(([field, value]) => (
            <span key={field} translate="no">
              {' · '}
              {word('plan-field', lastOf(field))} {edit.before && field in edit.before && words.value(field, edit.before[field])} → <ins>{words.value(field, value)}</ins>
            </span>
          ))}
        </li>
      ))}
      {along.slice(0, MOST).map(({ item, field, from, to }) => (
        <li key={`${item} ${field}`} className="hint">
          {t('plans.changes-come-along')}{' '}
          <span translate="no">
            {word('plan-item', item.split('/')[0])} {name(item)}
            {field && ` · ${word('plan-field', lastOf(field))} ${words.value(field, from, item)} → ${words.value(field, to, item)}`}
          </span>
        </li>
      ))}
      {along.length > MOST && <li className="hint">{t('plans.more-changes', { count: along.length - MOST })}</li>}
    </ul>
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
