import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Checkbox from 'antd/es/checkbox'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type Plan, type PlanBinding, type PlanTarget, plan as planQuery, proposeBindings } from '../../api/plans'
import { type Column, DataTable } from '../../kit/DataTable'
import { Nothing } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { useSession } from '../../kit/useSession'
import { useWords } from '../../kit/words'
import { EditBinding, type Seen } from './EditBinding'
import { BoundBy, SourceLink } from './SourceLink'
import { useFigureWords } from './useFigureWords'

interface Props {
  plan: Plan
  etag: string | undefined
  address: URLSearchParams
  set: (name: string, value: string) => void
}

/** Where the actual of each target comes from, who said so and why, and the way to change it. */
export function Sources({ plan, etag, address, set }: Props) {
  const { t } = useTranslation()
  const { may } = useSession()
  const isOpenOnly = address.get('only') === 'open'
  const [edited, setEdited] = useState<Seen>()
  const targets = plan.targets.filter(({ binding }) => !isOpenOnly || binding.kind === 'open')
  return (
    <>
      <div className="toolbar no-print">
        <Checkbox checked={isOpenOnly} onChange={(event) => set('only', event.target.checked ? 'open' : '')}>
          {t('plans.sources-open')}
        </Checkbox>
        <span className="hint" role="status">
          {t('plans.sources-shown', { count: targets.length })}
        </span>
        <span className="toolbar-gap" />
        {plan.status !== 'closed' && may('edit-plan') && <Propose plan={plan} etag={etag} />}
      </div>
      <div className="surface">
        <SourceTable plan={plan} targets={targets} edit={(target) => setEdited({ target, etag })} />
      </div>
      {edited && <EditBinding key={edited.target.number} plan={plan} opened={edited} onClose={() => setEdited(undefined)} />}
    </>
  )
}

/** Binds the targets that no person has bound as the file of the city proposes, which the program reads when it starts. */
function Propose({ plan, etag }: { plan: Plan; etag: string | undefined }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const propose = useMutation({
    mutationFn: () => proposeBindings(plan.id, etag),
    onSuccess: (told) => queries.setQueryData(planQuery(plan.id).queryKey, told),
    onSettled: () => queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
  return (
    <>
      <Button loading={propose.isPending} onClick={() => propose.mutate()}>
        {t('plans.sources-propose')}
      </Button>
      {propose.isSuccess && (
        <span role="status" className="hint">
          {isProposed(propose.data.data) ? t('plans.sources-proposed') : t('plans.sources-proposed-none')}
        </span>
      )}
      {propose.isError && <ProblemPanel error={propose.error} doing={t('plans.sources-propose')} />}
    </>
  )
}

const isProposed = (plan: Plan) => plan.targets.some(({ binding }) => binding.kind !== 'open' && !binding.by)

function SourceTable({ plan, targets, edit }: { plan: Plan; targets: PlanTarget[]; edit: (target: PlanTarget) => void }) {
  const { t } = useTranslation()
  const words = useFigureWords()
  const { word } = useWords()
  const { may } = useSession()
  const point = (number: number | null | undefined) => plan.points.find((one) => one.number === number)
  const columns: Column<PlanTarget>[] = [
    {
      key: 'target',
      title: t('plans.target'),
      render: (target) => (
        <div className="two-lines plan-task-title">
          <Link to={`?tab=text#target-${target.number}`} translate="no">
            {target.literal}
          </Link>
          <span className="hint" translate="no">
            {point(target.point)?.label} {point(target.point)?.title}
          </span>
        </div>
      ),
    },
    { key: 'figure', title: t('plans.value'), render: (target) => <span className="num">{words.figure(target)}</span> },
    {
      key: 'source',
      title: t('plans.source'),
      render: ({ binding }) => (
        <div className="two-lines">
          <SourceLink binding={binding} />
          {binding.way && <Way binding={binding} />}
        </div>
      ),
    },
    { key: 'lack', title: t('plans.lack'), render: ({ standing }) => <span className="wrap">{standing?.lack ? word('plan-lack', standing.lack) : '—'}</span> },
    { key: 'by', title: t('plans.bound-by'), full: true, render: ({ binding }) => <div className="plan-bound-by"><BoundBy binding={binding} /></div> },
    {
      key: 'do',
      title: t('version.do'),
      render: (target) =>
        plan.status !== 'closed' &&
        may('edit-plan') && (
          <Button size="small" aria-label={t('plans.bind-of', { literal: target.literal })} onClick={() => edit(target)}>
            {t('plans.edit')}
          </Button>
        ),
    },
  ]
  return <DataTable label={t('plans.sources')} columns={columns} rows={targets} rowKey={({ number }) => number} empty={<Nothing title={t('plans.sources-none')} />} />
}

function Way({ binding }: { binding: PlanBinding }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFigureWords()
  const against = binding.against_year_before ? word('plan-against', 'year-before') : typeof binding.baseline === 'number' ? words.amount(binding.baseline) : undefined
  return (
    <span className="hint">
      {word('plan-way', binding.way)}
      {against && ` · ${t('plans.against', { baseline: against })}`}
    </span>
  )
}
