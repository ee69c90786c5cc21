import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { packChange } from '../../api/changes'
import { models as modelsQuery } from '../../api/models'
import { latestBatches, notices } from '../../api/queries'
import type { Batch, Notice } from '../../api/types'
import { useDeliveredAs } from '../../kit/delivered'
import { type Column, DataTable } from '../../kit/DataTable'
import { BatchLamp, FreshnessLamp, Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section } from '../../kit/Page'
import { PolicyFault } from '../../kit/PolicyFault'
import { Sentence } from '../../kit/Sentence'
import { type Standing, useStandings } from '../../kit/standing'
import { Age, DatasetLink, Hint, Num, Score, Time } from '../../kit/Text'
import { useNarrow } from '../../kit/useNarrow'
import { useSession } from '../../kit/useSession'
import { type Todo, ownBatches, todos, troubled } from './todo'
import { useWaiting } from './useWaiting'
import { Ways } from './Ways'

/** What waits for those who handle deliveries; to others, what they may do. */
export function Home() {
  const { may } = useSession()
  return may('deliver') || may('steward') ? <Desk /> : <Ways />
}

/** Batches that a home shows. */
const RECENT = 12

function Desk() {
  const { t } = useTranslation()
  const all = useStandings()
  const { may, who } = useSession()
  const department = who.account?.department ?? undefined
  const recent = useRecent(all, department)
  const open = useQuery(notices)
  const waiting = useWaiting()
  const nameOf = useDeliveredAs()
  const { data: models = [] } = useQuery(modelsQuery)
  const { data: change } = useQuery({ ...packChange, enabled: may('operate') })
  return (
    <Page title={t('menu.home')} about={<Summary all={all.data} recent={recent.data} open={open.data} />}>
      <PolicyFault fault={who.policy_fault} />
      <div className="columns columns-home">
        <div className="column-side">
          <Section title={t('home.next')}>
            <Loaded query={all} doing={t('home.next')}>
              {(standing) => <Next items={todos({ all: standing, open: open.data ?? [], waiting: waiting.map((batch) => ({ ...batch, delivered_as: nameOf(batch) })), models, isChange: change?.state === 'waiting' })} />}
            </Loaded>
          </Section>
          <Section title={t('home.notices')}>
            <Loaded query={open} doing={t('home.notices')}>
              {(list) => <Notices list={list} all={all.data ?? []} />}
            </Loaded>
          </Section>
        </div>
        <div className="column-main">
          <Section title={t(department ? 'home.recent-own' : 'home.recent')} extra={<Link to="/batches">{t('home.all-batches')}</Link>} flush>
            <Loaded query={recent} doing={t('home.recent')}>
              {(batches) => <Recent batches={batches} all={all.data ?? []} />}
            </Loaded>
          </Section>
          <Section title={t('home.trouble')} extra={<Link to="/catalogue">{t('home.all-datasets')}</Link>} flush>
            <Loaded query={all} doing={t('home.trouble')}>
              {(standing) => <Trouble rows={troubled(standing)} isEmpty={standing.length === 0} />}
            </Loaded>
          </Section>
        </div>
      </div>
    </Page>
  )
}

/** The newest batches; of whoever works for a department those of its datasets. */
function useRecent(all: ReturnType<typeof useStandings>, department: string | undefined) {
  const latest = useQuery(latestBatches({ limit: 500 }))
  if (department === undefined) return { ...latest, data: latest.data?.slice(0, RECENT) }
  const data = latest.data && all.data && ownBatches(latest.data, all.data, department).slice(0, RECENT)
  // Whose datasets these are is told by the list of datasets: where that fails, nothing is known here either.
  return { ...(latest.isError ? latest : all), data }
}

interface SummaryProps {
  all: Standing[] | undefined
  recent: Batch[] | undefined
  open: Notice[] | undefined
}

function Summary({ all, recent, open }: SummaryProps) {
  const { t } = useTranslation()
  if (!all || !recent || !open) return null
  const rows = all.reduce((sum, one) => sum + one.rows, 0)
  return (
    <ul className="summary">
      <li>{t('home.sum-datasets', { count: all.length })}</li>
      <li>
        {t('home.sum-rows')} <Num value={rows} />
      </li>
      <li>{t('home.sum-late', { count: all.filter((one) => one.lamp === 'late').length })}</li>
      <li>{t('home.sum-notices', { count: open.length })}</li>
    </ul>
  )
}

function Recent({ batches, all }: { batches: Batch[]; all: Standing[] }) {
  const { t } = useTranslation()
  const titles = new Map(all.map((one) => [one.id, one.title]))
  const nameOf = useDeliveredAs()
  const isNarrow = useNarrow()
  const columns: Column<Batch>[] = [
    {
      key: 'what',
      title: t('batch.dataset'),
      render: (batch) => <DatasetLink id={batch.dataset} title={titles.get(batch.dataset) ?? batch.dataset} />,
    },
    {
      key: 'file',
      title: t('batch.delivered-as'),
      render: (batch) => (
        <Link to={`/batches/${batch.id}`} className="clip" translate="no">
          {nameOf(batch)}
        </Link>
      ),
    },
    { key: 'lamp', title: t('batch.outcome'), render: (batch) => <BatchLamp batch={batch} /> },
    { key: 'kept', title: t('batch.kept'), align: 'right', render: (batch) => <Num value={batch.rows_kept} /> },
    {
      key: 'quarantined',
      title: t('batch.quarantined'),
      align: 'right',
      render: (batch) => <Num value={batch.rows_quarantined} />,
    },
    { key: 'at', title: t('batch.came'), render: (batch) => <Age at={batch.started_at} /> },
  ]
  return (
    <DataTable
      label={t('home.recent')}
      columns={columns}
      rows={isNarrow ? batches.slice(0, 5) : batches}
      rowKey={(batch) => batch.id}
      empty={
        <Nothing title={t('home.no-batches')}>
          <Link to="/deliver">{t('home.deliver-first')}</Link>
        </Nothing>
      }
    />
  )
}

function Trouble({ rows, isEmpty }: { rows: Standing[]; isEmpty: boolean }) {
  const { t } = useTranslation()
  const columns: Column<Standing>[] = [
    { key: 'title', title: t('dataset.one'), render: (one) => <DatasetLink id={one.id} title={one.title} /> },
    { key: 'owner', title: t('dataset.owner'), render: (one) => one.owner },
    { key: 'lamp', title: t('dataset.freshness'), render: (one) => <FreshnessLamp state={one.lamp} /> },
    { key: 'score', title: t('dataset.score'), align: 'right', render: (one) => <Score value={one.score} /> },
    {
      key: 'at',
      title: t('dataset.last'),
      render: (one) => (one.last_at ? <Age at={one.last_at} /> : <Hint>{t('dataset.never')}</Hint>),
    },
  ]
  return (
    <DataTable
      label={t('home.trouble')}
      columns={columns}
      rows={rows}
      rowKey={(one) => one.id}
      empty={
        isEmpty ? (
          <Nothing title={t('home.no-datasets')}>{t('home.install-packs')}</Nothing>
        ) : (
          <Nothing title={t('home.no-trouble')} />
        )
      }
    />
  )
}

function Next({ items }: { items: Todo[] }) {
  const { t } = useTranslation()
  return (
    <ol className="next">
      {items.map((item) => (
        <li key={item.kind + item.to}>
          <Link to={item.to}>{t(`todo.${item.kind}`, { title: 'title' in item ? item.title : '' })}</Link>
          <p className="hint">
            {item.kind === 'quarantine' ? t('todo.quarantine-why', { rows: item.rows, file: item.file }) : t(`todo.${item.kind}-why`)}
          </p>
        </li>
      ))}
    </ol>
  )
}

const LAMPS: Record<string, LampState> = { late: 'late', stale: 'late', failed: 'bad', recovered: 'good' }

function Notices({ list, all }: { list: Notice[]; all: Standing[] }) {
  const { t } = useTranslation()
  if (list.length === 0) return <Nothing title={t('home.no-notices')} />
  return (
    <ul className="notices">
      {list.map((notice) => (
        <li key={notice.id}>
          <div className="notice-head">
            <Lamp state={LAMPS[notice.kind] ?? 'due'}>
              {t(`notice.${notice.kind}` as 'notice.late', { defaultValue: notice.kind })}
            </Lamp>
            <DatasetLink id={notice.dataset} title={all.find(({ id }) => id === notice.dataset)?.title} />
            <span className="hint">
              <Time at={notice.at} />
            </span>
          </div>
          <p className="hint">
            <Sentence text={notice.message} />
          </p>
        </li>
      ))}
    </ul>
  )
}
