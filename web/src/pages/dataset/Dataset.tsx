import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import { type Entry, entry as entryQuery } from '../../api/ledger'
import { dataset as datasetQuery } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { EntryLamp, StatusLamp, useEntryTitle } from '../../kit/entry'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { type Tab, Tabs } from '../../kit/Tabs'
import { Age, Code, Hint, Short } from '../../kit/Text'
import { useIsPartial } from '../../kit/useHidden'
import { UsesLeft } from '../../kit/UsesLeft'
import { useSession } from '../../kit/useSession'
import { useUsesLeft } from '../../kit/useUsesLeft'
import { LineageView } from '../lineage/LineageView'
import { Deliveries } from './Deliveries'
import { Duties } from './Duties'
import { EntryFields, Fields } from './Fields'
import { History } from './History'
import { LifeCycle } from './LifeCycle'
import { Overview } from './Overview'
import { Quality } from './Quality'
import { Rail } from './Rail'
import { Sample } from './Sample'
import { Uses } from './Uses'
import { Versions } from './Versions'

const EditEntry = lazy(() => import('./EditEntry'))

const NARROW_TABS = ['overview', 'uses', 'duties']

export function Dataset() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const query = useQuery(entryQuery(id))
  // What is registered by hand may have no data here.
  const table = useQuery({ ...datasetQuery(id), enabled: query.isSuccess, retry: false })
  const title = useEntryTitle()
  const [isEditing, setEditing] = useState(false)
  const [address] = useSearchParams()
  // A wide table needs the whole page.
  const hasRail = NARROW_TABS.includes(address.get('tab') ?? 'overview')
  const entry = query.data?.data
  const { may } = useSession()
  const isKept = may('keep-ledger') || (table.data?.may.includes('steward') ?? false)
  return (
    <Page
      title={entry ? title(entry.title) : id}
      trail={[[t('menu.catalogue'), '/catalogue']]}
      about={entry && <Head entry={entry} table={table.data} />}
      actions={entry && <Actions entry={entry} etag={query.data?.etag} table={table.data} />}
    >
      <Loaded query={query} doing={`${t('dataset.one')} ${id}`}>
        {({ data }) => (
          <div className={hasRail ? 'columns columns-rail' : ''}>
            <Content entry={data} table={table.data} isSettled={!table.isPending} />
            {hasRail && <Rail entry={data} edit={isKept ? () => setEditing(true) : undefined} />}
          </div>
        )}
      </Loaded>
      {entry && isEditing && (
        <Suspense>
          <EditEntry entry={entry} etag={query.data?.etag} onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </Page>
  )
}

function Head({ entry, table }: { entry: Entry; table: DatasetDetail | undefined }) {
  const { t } = useTranslation()
  const isPartial = useIsPartial(entry.id)
  const left = useUsesLeft().left.get(entry.id)
  const { facts } = entry
  return (
    <ul className="summary">
      <li>
        <Code>{entry.code ?? entry.id}</Code>
      </li>
      <li>
        <StatusLamp status={entry.status} />
      </li>
      <li>
        <EntryLamp entry={entry} /> {facts.last_at ? <Age at={facts.last_at} /> : !facts.rows && <Hint>{t('dataset.never')}</Hint>}
      </li>
      <li>
        {entry.owner} {entry.contact && <a href={`tel:${entry.contact}`}>{entry.contact}</a>}
      </li>
      {typeof facts.rows === 'number' && (
        <li>
          {t('dataset.rows')} <Short value={facts.rows} />{' '}
          {table && isPartial && (
            <Hint>
              {t('dataset.rows-visible')} <Short value={table.rows} />
            </Hint>
          )}
        </li>
      )}
      {left !== undefined && (
        <li>
          <UsesLeft left={left} />
        </li>
      )}
    </ul>
  )
}

interface ActionsProps {
  entry: Entry
  etag: string | undefined
  table: DatasetDetail | undefined
}

function Actions({ entry, etag, table }: ActionsProps) {
  const { t } = useTranslation()
  const { may } = useSession()
  const sql = `SELECT *\nFROM ${entry.id}\nLIMIT 100`
  return (
    <>
      {table && (
        <Link to={`/query?sql=${encodeURIComponent(sql)}`} className="button-link">
          {t('dataset.query')}
        </Link>
      )}
      {entry.origin === 'model' ? (
        <Link to={`/models/${entry.id}`} className="button-link">
          {t('dataset.model')}
        </Link>
      ) : (
        table?.may.includes('deliver') && (
          <Link to={`/deliver?dataset=${entry.id}`} className="button-link">
            {t('dataset.deliver')}
          </Link>
        )
      )}
      {table?.may.includes('steward') && (
        <Link to={`/classification?dataset=${entry.id}`} className="button-link">
          {t('classification.of-dataset')}
        </Link>
      )}
      {may('keep-ledger') && <LifeCycle entry={entry} etag={etag} />}
    </>
  )
}

interface ContentProps {
  entry: Entry
  table: DatasetDetail | undefined
  isSettled: boolean
}

function Content({ entry, table, isSettled }: ContentProps) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const wanted = address.get('tab') ?? 'overview'
  const tabs = useTabs(entry, table)
  // A tab of the table is not there before the table is known.
  const isWaiting = !isSettled && !tabs.some(({ key }) => key === wanted)
  return (
    <div className="surface column-main">
      <Tabs
        label={t('dataset.tabs')}
        active={isWaiting ? 'overview' : wanted}
        onChange={(key) => setAddress({ tab: key }, { replace: true })}
        tabs={tabs}
      />
    </div>
  )
}

function useTabs(entry: Entry, table: DatasetDetail | undefined): Tab[] {
  const { t } = useTranslation()
  const tab = (key: string, label: string, render: Tab['render']): Tab => ({ key, label, render })
  const fields = table ? table.columns.length : (entry.columns?.length ?? 0)
  return [
    tab('overview', t('dataset.overview'), () => <Overview entry={entry} dataset={table} />),
    tab('fields', t('dataset.fields-count', { count: fields }), () =>
      table ? <Fields dataset={table} /> : <EntryFields columns={entry.columns ?? []} />,
    ),
    ...(table
      ? [
          tab('sample', t('dataset.sample'), () => <Sample dataset={table} />),
          tab('quality', t('dataset.quality'), () => <Quality dataset={table} />),
          tab('lineage', t('menu.lineage'), () => <LineageView of={entry.id} />),
          tab('uses', t('dataset.uses'), () => <Uses entry={entry} />),
          // Deliveries and versions are for whoever handles the dataset.
          ...(table.may.length > 0
            ? [
                tab('batches', t('menu.batches'), () => <Deliveries id={table.id} />),
                tab('versions', t('dataset.versions'), () => <Versions dataset={table} />),
              ]
            : []),
        ]
      : []),
    tab('duties', t('dataset.duty-list'), () => <Duties entry={entry} />),
    tab('history', t('dataset.history'), () => <History id={entry.id} />),
  ]
}
