import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { batches as batchesQuery, datasets } from '../../api/queries'
import { Guarded } from '../../kit/Guarded'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { found } from '../../kit/search'
import { usePinyin } from '../../kit/usePinyin'
import { useSession } from '../../kit/useSession'
import { BatchTable } from './BatchTable'

const STATUSES = ['running', 'committing', 'collected', 'unchanged', 'refused', 'rolled-back', 'undone'] as const

/** Deliveries, for whoever hands them over or keeps their datasets. */
export function Batches() {
  const { t } = useTranslation()
  return (
    <Guarded title={t('menu.batches')} needs={['deliver', 'steward']}>
      <List />
    </Guarded>
  )
}

function List() {
  const { t } = useTranslation()
  const { may } = useSession()
  const [address, setAddress] = useSearchParams()
  const { data: lines = [] } = useQuery(datasets)
  const table = usePinyin()
  const dataset = address.get('dataset') ?? ''
  const status = address.get('status') ?? ''
  const query = useInfiniteQuery(
    batchesQuery({ limit: 50, ...(dataset && { dataset }), ...(status && { status }) }),
  )
  const rows = query.data?.pages.flatMap((page) => page.batches)
  const set = (name: string, value: string | undefined) =>
    setAddress(
      (former) => {
        const next = new URLSearchParams(former)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  return (
    <Page
      title={t('menu.batches')}
      about={t('batches.about')}
      actions={
        may('deliver') && (
          <Link to="/deliver" className="button-link">
            {t('menu.deliver')}
          </Link>
        )
      }
    >
      <div className="toolbar no-print">
        <Select
          aria-label={t('batch.dataset')}
          className="toolbar-select"
          showSearch={{ filterOption: (typed, option) => found([String(option?.label), String(option?.value)], typed, table) }}
          value={dataset}
          onChange={(value) => set('dataset', value)}
          options={[
            { value: '', label: t('batches.all-datasets') },
            ...lines.map((line) => ({ value: line.id, label: line.title })),
          ]}
        />
        <Select
          aria-label={t('batch.outcome')}
          className="toolbar-select"
          value={status}
          onChange={(value) => set('status', value)}
          options={[
            { value: '', label: t('batches.all-outcomes') },
            ...STATUSES.map((one) => ({ value: one, label: t(`batch.status.${one}`) })),
          ]}
        />
      </div>
      <div className="surface">
        <Loaded query={{ ...query, data: rows }} doing={t('menu.batches')}>
          {(list) => <BatchTable batches={list} titles={new Map(lines.map((line) => [line.id, line.title]))} />}
        </Loaded>
        {query.hasNextPage && (
          <p className="more no-print">
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </p>
        )}
      </div>
    </Page>
  )
}
