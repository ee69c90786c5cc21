import 'texts:plans'
import { useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { type PlanInList, plan as planQuery, plans as plansQuery } from '../../api/plans'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section } from '../../kit/Page'
import { Age, Code, Hint, Time } from '../../kit/Text'
import { useSession } from '../../kit/useSession'
import { PlanLamp } from '../plan/PlanLamp'
import { ImportPlan } from './ImportPlan'

/** The work plans of the city, the newest first, and the way in for a new one. */
export function Plans() {
  const { t } = useTranslation()
  const query = useQuery(plansQuery)
  const [address, setAddress] = useSearchParams()
  const { may } = useSession()
  const isImporting = may('edit-plan') && (address.get('import') === 'yes' || query.data?.length === 0)
  return (
    <Page
      title={t('menu.plans')}
      about={t('plans.about')}
      actions={
        !isImporting &&
        may('edit-plan') && (
          <Button type="primary" onClick={() => setAddress({ import: 'yes' })}>
            {t('plans.import')}
          </Button>
        )
      }
    >
      {isImporting && (
        <Section
          title={t('plans.import')}
          extra={
            query.data && query.data.length > 0 ? (
              <Button type="link" size="small" onClick={() => setAddress({})}>
                {t('action.close')}
              </Button>
            ) : null
          }
        >
          <ImportPlan />
        </Section>
      )}
      <div className="surface">
        <Loaded query={query} doing={t('menu.plans')}>
          {(list) => <List plans={list} />}
        </Loaded>
      </div>
    </Page>
  )
}

function List({ plans }: { plans: PlanInList[] }) {
  const { t } = useTranslation()
  const columns: Column<PlanInList>[] = [
    {
      key: 'title',
      title: t('plans.one'),
      render: (plan) => (
        <div className="two-lines entry-name">
          <Link to={`/plans/${encodeURIComponent(plan.id)}`} translate="no">
            {plan.title ?? plan.id}
          </Link>
          <Code>{plan.id}</Code>
        </div>
      ),
    },
    { key: 'year', title: t('plans.year'), render: (plan) => plan.year ?? <Hint>{t('plans.no-year')}</Hint> },
    { key: 'status', title: t('plans.status'), render: (plan) => <PlanLamp status={plan.status} /> },
    { key: 'progress', title: t('plans.decided'), render: (plan) => <Progress id={plan.id} /> },
    { key: 'imported', title: t('plans.imported-at'), render: (plan) => <Time at={plan.imported_at} /> },
    { key: 'updated', title: t('plans.updated-at'), render: (plan) => <Age at={plan.updated_at} /> },
    { key: 'do', title: t('version.do'), pinned: true, render: (plan) => <NextStep plan={plan} /> },
  ]
  return (
    <DataTable
      label={t('menu.plans')}
      columns={columns}
      rows={plans}
      rowKey={(plan) => plan.id}
      empty={<Nothing title={t('plans.none')}>{t('plans.none-help')}</Nothing>}
    />
  )
}

function NextStep({ plan }: { plan: PlanInList }) {
  const { t } = useTranslation()
  const to = `/plans/${encodeURIComponent(plan.id)}`
  const name = plan.title ?? plan.id
  if (plan.status !== 'reviewing') return <Link to={to} aria-label={t('plans.read-of', { title: name })}>{t('plans.read')}</Link>
  return <Link to={`${to}?tab=review`} aria-label={t('plans.review-of', { title: name })}>{t('plans.review')}</Link>
}

/** How many sentences are decided: the list does not say, the plan does. */
function Progress({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data: told } = useQuery({ ...planQuery(id), staleTime: 30_000 })
  if (!told) return <Hint>…</Hint>
  const { progress } = told.data
  const { done, of } = progress.sentences
  return (
    <div className="two-lines">
      <span className="num">{t('plans.progress', { done, of })}</span>
      {of > 0 && <progress className="plan-progress" aria-label={t('plans.decided')} value={done} max={of} />}
    </div>
  )
}
