import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import { dataset as datasetQuery, notices } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { freshness } from '../../kit/freshness'
import { FreshnessLamp } from '../../kit/Lamp'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Tabs } from '../../kit/Tabs'
import { Age, Code, Hint, Num } from '../../kit/Text'
import { useNow } from '../../kit/useNow'
import { Deliveries } from './Deliveries'
import { Fields } from './Fields'
import { Overview } from './Overview'
import { Quality } from './Quality'
import { References } from './References'
import { Sample } from './Sample'
import { Versions } from './Versions'

export function Dataset() {
  const { t, i18n } = useTranslation()
  const { id = '' } = useParams()
  const query = useQuery(datasetQuery(id))
  const title = (i18n.language === 'en' && query.data?.title_en) || query.data?.title
  return (
    <Page
      title={title ?? id}
      trail={[[t('menu.catalogue'), '/catalogue']]}
      about={query.data && <Head dataset={query.data} />}
      actions={query.data && <Actions dataset={query.data} />}
    >
      <Loaded query={query} doing={`${t('dataset.one')} ${id}`}>
        {(dataset) => <Content dataset={dataset} />}
      </Loaded>
    </Page>
  )
}

function Head({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const now = useNow()
  const { data: open } = useQuery(notices)
  const last_at = dataset.last_batch?.started_at ?? null
  const isLate = open?.some((notice) => notice.dataset === dataset.id && notice.kind === 'late')
  return (
    <ul className="summary">
      <li>
        <Code>{dataset.id}</Code>
      </li>
      <li>{dataset.owner}</li>
      <li>
        <FreshnessLamp state={freshness({ refresh: dataset.refresh, last_at }, now, isLate)} />{' '}
        {last_at ? <Age at={last_at} /> : <Hint>{t('dataset.never')}</Hint>}
      </li>
      <li>
        {t('dataset.rows')} <Num value={dataset.rows} />
      </li>
      <li>
        {t('dataset.version')} {typeof dataset.version === 'number' ? <Num value={dataset.version} /> : '—'}
      </li>
    </ul>
  )
}

function Actions({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const sql = `SELECT *\nFROM ${dataset.id}\nLIMIT 100`
  return (
    <>
      <Link to={`/query?sql=${encodeURIComponent(sql)}`} className="button-link">
        {t('dataset.query')}
      </Link>
      <Link to={`/deliver?dataset=${dataset.id}`} className="button-link button-link-primary">
        {t('dataset.deliver')}
      </Link>
    </>
  )
}

function Content({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  return (
    <div className="surface">
      <Tabs
        label={t('dataset.tabs')}
        active={address.get('tab') ?? 'overview'}
        onChange={(key) => setAddress({ tab: key }, { replace: true })}
        tabs={[
          { key: 'overview', label: t('dataset.overview'), render: () => <Overview dataset={dataset} /> },
          {
            key: 'fields',
            label: t('dataset.fields-count', { count: dataset.columns.length }),
            render: () => <Fields dataset={dataset} />,
          },
          { key: 'sample', label: t('dataset.sample'), render: () => <Sample dataset={dataset} /> },
          { key: 'quality', label: t('dataset.quality'), render: () => <Quality dataset={dataset} /> },
          { key: 'batches', label: t('menu.batches'), render: () => <Deliveries id={dataset.id} /> },
          { key: 'versions', label: t('dataset.versions'), render: () => <Versions dataset={dataset} /> },
          {
            key: 'references',
            label: t('dataset.references-count', { count: dataset.references.length }),
            render: () => <References references={dataset.references} />,
          },
        ]}
      />
    </div>
  )
}
