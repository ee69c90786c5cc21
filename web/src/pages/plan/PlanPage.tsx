import 'texts:plans'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { type Plan, plan as planQuery, planSentences, textOfPlan } from '../../api/plans'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Tabs } from '../../kit/Tabs'
import { Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { useSession } from '../../kit/useSession'
import { Approve } from './Approve'
import { Baselines } from './Baselines'
import { Changes } from './Changes'
import { Counties } from './Counties'
import { Document } from './Document'
import { Evidences } from './Evidences'
import { Late } from './Late'
import { Papers } from './Papers'
import { PlanHistory } from './PlanHistory'
import { PlanLamp } from './PlanLamp'
import { Review } from './Review'
import { Sources } from './Sources'
import { Standing } from './Standing'
import { Tasks } from './Tasks'
import { useWaitingWork } from './useWaitingWork'

/** A plan as a document, its review, and what became of it. */
export function PlanPage() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const query = useQuery(planQuery(id))
  const { may } = useSession()
  const title = query.data?.data.title ?? (query.data ? id : t('plans.one'))
  return (
    <Page
      title={title}
      trail={[[t('menu.plans'), '/plans']]}
      about={query.data && <About plan={query.data.data} />}
      actions={query.data?.data.status === 'reviewing' && may('edit-plan') && <Approve plan={query.data.data} etag={query.data.etag} />}
    >
      <Loaded query={query} doing={t('plans.one')}>
        {({ data, etag }) => <Content plan={data} etag={etag} />}
      </Loaded>
    </Page>
  )
}

function About({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const { principal } = useWords()
  const decided = plan.approved ?? plan.imported
  return (
    <ul className="summary">
      <li>
        <PlanLamp status={plan.status} />
      </li>
      <li>{plan.year ? t('plans.of-year', { year: plan.year }) : t('plans.no-year')}</li>
      <li>{t('plans.counts', { points: plan.points.length, targets: plan.targets.length })}</li>
      {plan.status === 'reviewing' && <li>{t('plans.progress', plan.progress.sentences)}</li>}
      <li>
        {t(plan.approved ? 'plans.approved-by' : 'plans.imported-by', { who: principal(decided.who) })} <Time at={decided.at} />
      </li>
      <li className="no-print">
        <a href={textOfPlan(plan.id)} download>
          {t('plans.download')}
        </a>
      </li>
    </ul>
  )
}

function Content({ plan, etag }: { plan: Plan; etag: string | undefined }) {
  const { t } = useTranslation()
  const query = useQuery(planSentences(plan.id))
  const { may } = useSession()
  const [address, setAddress] = useSearchParams()
  // A field that writes after a pause must not undo what was chosen meanwhile: the address itself is what is changed.
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(window.location.search)
    if (value) next.set(name, value)
    else next.delete(name)
    setAddress(next, { replace: true })
  }
  const { done, of } = plan.progress.sentences
  const waiting = useWaitingWork(plan)
  const tabs = [
    {
      key: 'text',
      label: t('plans.text'),
      render: () => (
        <Loaded query={query} doing={t('plans.text')}>
          {({ sentences }) => <Document plan={plan} etag={etag} sentences={sentences} address={address} set={set} />}
        </Loaded>
      ),
    },
    ...(plan.status === 'reviewing' && may('edit-plan')
      ? [
          {
            key: 'review',
            label: t('plans.review-tab', { done, of }),
            render: () => (
              <Loaded query={query} doing={t('plans.review')}>
                {({ sentences }) => (
                  <Review
                    plan={plan}
                    etag={etag}
                    sentences={sentences}
                    wanted={Number(address.get('sentence')) || undefined}
                    goTo={(number) => set('sentence', number === undefined ? '' : String(number))}
                  />
                )}
              </Loaded>
            ),
          },
        ]
      : []),
    { key: 'tasks', label: t('plans.tasks'), render: () => <Tasks plan={plan} address={address} set={set} /> },
    { key: 'counties', label: t('plans.by-counties'), render: () => <Counties plan={plan} address={address} set={set} /> },
    { key: 'sources', label: t('plans.sources'), render: () => <Sources plan={plan} etag={etag} address={address} set={set} /> },
    ...(plan.status === 'reviewing'
      ? []
      : [
          { key: 'late', label: t('plans.late'), render: () => <Late plan={plan} /> },
          { key: 'evidence', label: waiting.evidence > 0 ? t('plans.evidence-waiting', { count: waiting.evidence }) : t('plans.evidence-tab'), render: () => <Evidences plan={plan} /> },
          { key: 'changes', label: waiting.changes > 0 ? t('plans.changes-waiting', { count: waiting.changes }) : t('plans.changes'), render: () => <Changes plan={plan} /> },
          { key: 'baselines', label: t('plans.baselines'), render: () => <Baselines plan={plan} address={address} set={set} /> },
          { key: 'papers', label: t('papers.tab'), render: () => <Papers plan={plan} address={address} set={set} /> },
        ]),
    { key: 'history', label: t('plans.history'), render: () => <PlanHistory id={plan.id} /> },
  ]
  return (
    <div className="plan-tabs">
      {plan.standing && <Standing standing={plan.standing} />}
      <Tabs label={t('plans.parts')} tabs={tabs} active={address.get('tab') ?? 'text'} onChange={(key) => setAddress(key === 'text' ? {} : { tab: key })} />
    </div>
  )
}
