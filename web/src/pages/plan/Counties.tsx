import { useQuery } from '@tanstack/react-query'
import Select from 'antd/es/select'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type Plan, type PlanTask, planTasks } from '../../api/plans'
import { type Column, DataTable } from '../../kit/DataTable'
import { DaysLeft } from '../../kit/DaysLeft'
import { ExportButton } from '../../kit/ExportButton'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useWords } from '../../kit/words'
import { type CountyShare, type Split, splitOf } from './counties'
import { Amount, CountyShares, Reached } from './CountyShares'
import { EditShares } from './EditShares'
import { WORK_LAMPS, WorkLamp, WorkSign, isDone } from './PlanLamp'
import { useCanEdit } from './useCanEdit'
import { useCountyActuals } from './useCountyActuals'

interface Props {
  plan: Plan
  address: URLSearchParams
  set: (name: string, value: string) => void
}

/** The copies of the counties: all counties with their lamps, or the list of one of them beside the city's. */
export function Counties({ plan, address, set }: Props) {
  const { t } = useTranslation()
  const query = useQuery(planTasks(plan.id))
  return (
    <Loaded query={query} doing={t('plans.by-counties')}>
      {({ data, etag }) => <Content plan={plan} tasks={data.tasks} etag={etag} county={address.get('county') ?? ''} set={set} />}
    </Loaded>
  )
}

interface ContentProps {
  plan: Plan
  tasks: PlanTask[]
  etag: string | undefined
  county: string
  set: Props['set']
}

function Content({ plan, tasks, etag, county, set }: ContentProps) {
  const { t } = useTranslation()
  const actuals = useCountyActuals(plan, tasks)
  const [edited, setEdited] = useState<string>()
  const canEdit = useCanEdit(plan)
  const splits = tasks.filter((task) => tasks.some((copy) => copy.of === task.id)).map((task) => splitOf(task, tasks, plan.targets, actuals))
  const split = splits.find(({ task }) => task.id === edited)
  const counties = [...new Set(splits.flatMap(({ shares }) => shares.map((share) => share.county)))]
  if (splits.length === 0) {
    return (
      <div className="surface">
        <Nothing title={t('plans.no-copies')}>
          <Link to="?tab=tasks">{t('plans.no-copies-help')}</Link>
        </Nothing>
      </div>
    )
  }
  return (
    <>
      <CountyBar counties={counties} county={county} set={set} />
      {county === '' ? (
        <>
          <Section title={t('plans.counties-all')} flush>
            <Overview counties={counties} splits={splits} set={set} />
          </Section>
          {splits.map((one) => (
            <Section key={one.task.id} title={`${one.task.id} ${one.task.title}`} flush>
              <CountyShares split={one} edit={canEdit ? () => setEdited(one.task.id) : undefined} />
            </Section>
          ))}
        </>
      ) : (
        <Section title={t('plans.copies-of', { county })} extra={<Export plan={plan} county={county} splits={splits} />} flush>
          <Copies county={county} splits={splits} />
        </Section>
      )}
      {split && <EditShares key={split.task.id} plan={plan} etag={etag} tasks={tasks} split={split} onClose={() => setEdited(undefined)} />}
    </>
  )
}

function CountyBar({ counties, county, set }: { counties: string[]; county: string; set: Props['set'] }) {
  const { t } = useTranslation()
  const filterOption = useOptionFilter()
  return (
    <div className="toolbar no-print">
      <Select
        aria-label={t('plans.by-county')}
        className="toolbar-select"
        showSearch={{ filterOption }}
        value={county}
        onChange={(next: string) => set('county', next)}
        options={[{ value: '', label: t('plans.all-counties') }, ...counties.map((name) => ({ value: name, label: name }))]}
      />
    </div>
  )
}

interface CountyLine {
  county: string
  copies: PlanTask[]
}

/** All counties with how many of their copies have which lamp. */
function Overview({ counties, splits, set }: { counties: string[]; splits: Split[]; set: Props['set'] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const lines = counties.map((county): CountyLine => ({ county, copies: copiesOf(county, splits).map(({ copy }) => copy) }))
  const count = (line: CountyLine, lamp: string) => line.copies.filter(({ standing }) => standing?.lamp === lamp).length
  const columns: Column<CountyLine>[] = [
    {
      key: 'county',
      title: t('plans.county'),
      render: (line) => (
        <button type="button" className="link-button" aria-label={t('plans.copies-of', { county: line.county })} onClick={() => set('county', line.county)}>
          {line.county}
        </button>
      ),
    },
    { key: 'tasks', title: t('plans.tasks-many'), align: 'right', render: (line) => <span className="num">{line.copies.length}</span> },
    ...WORK_LAMPS.map(
      (lamp): Column<CountyLine> => ({
        key: lamp,
        title: word('work-lamp', lamp),
        align: 'right',
        sort: (one, other) => count(one, lamp) - count(other, lamp),
        render: (line) => (count(line, lamp) === 0 ? <span className="hint">0</span> : <Count lamp={lamp} number={count(line, lamp)} />),
      }),
    ),
  ]
  return <DataTable label={t('plans.counties-all')} columns={columns} rows={lines} rowKey={(line) => line.county} empty={<Nothing title={t('plans.no-copies')} />} />
}

function Count({ lamp, number }: { lamp: string; number: number }) {
  const { word } = useWords()
  return (
    <span className="num">
      <WorkSign lamp={lamp}>{word('work-lamp', lamp)}</WorkSign> {number}
    </span>
  )
}

type CountyCopy = CountyShare & { split: Split }

const copiesOf = (county: string, splits: Split[]): CountyCopy[] =>
  splits.flatMap((split) => split.shares.filter((share) => share.county === county).map((share) => ({ ...share, split })))

/** What one county has to do, and how the city as a whole stands in it. */
function Copies({ county, splits }: { county: string; splits: Split[] }) {
  const { t } = useTranslation()
  const columns: Column<CountyCopy>[] = [
    {
      key: 'title',
      title: t('plans.task'),
      render: ({ copy }) => (
        <div className="two-lines plan-task-title">
          <Link to={`?tab=tasks&county=${encodeURIComponent(county)}`} translate="no">
            {copy.title}
          </Link>
          <span className="hint">{copy.id}</span>
        </div>
      ),
    },
    { key: 'lamp', title: t('plans.lamp'), render: ({ copy }) => <WorkLamp lamp={copy.standing?.lamp} /> },
    { key: 'quantity', title: t('plans.county-share'), align: 'right', render: ({ quantity, split }) => <Amount value={quantity} unit={split.target?.unit} /> },
    { key: 'actual', title: t('plans.actual'), align: 'right', render: ({ actual, ask, split }) => <Amount value={actual} unit={split.target?.unit} ask={ask} /> },
    { key: 'reached', title: t('plans.share'), full: true, render: (share) => <Reached share={share} /> },
    { key: 'due', title: t('plans.due-day'), render: ({ copy }) => <span className="num">{copy.due}</span> },
    { key: 'days', title: t('plans.days'), render: ({ copy }) => <CopyDays task={copy} /> },
    { key: 'city', title: t('plans.city-lamp'), render: ({ split }) => <WorkLamp lamp={split.task.standing?.lamp} /> },
  ]
  return <DataTable label={t('plans.copies-of', { county })} columns={columns} rows={copiesOf(county, splits)} rowKey={({ copy }) => copy.id} empty={<Nothing title={t('plans.no-copies')} />} />
}

function CopyDays({ task: { standing } }: { task: PlanTask }) {
  return standing && !isDone(standing.lamp) ? <DaysLeft days={standing.days_left} /> : <span className="hint">—</span>
}

function Export({ plan, county, splits }: { plan: Plan; county: string; splits: Split[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <ExportButton
      name={`${plan.title ?? plan.id} ${county}`}
      columns={[t('plans.task'), t('plans.lamp'), t('plans.county-share'), t('plans.actual'), t('plans.unit'), t('plans.due-day'), t('plans.city-lamp')]}
      rows={() =>
        copiesOf(county, splits).map(({ copy, quantity, actual, split }) => [
          copy.title,
          word('work-lamp', copy.standing?.lamp),
          quantity ?? null,
          actual ?? null,
          split.target?.unit ?? null,
          copy.due,
          word('work-lamp', split.task.standing?.lamp),
        ])
      }
    />
  )
}
