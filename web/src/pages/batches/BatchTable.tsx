import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Batch } from '../../api/types'
import { useDeliveredAs } from '../../kit/delivered'
import { type Column, DataTable } from '../../kit/DataTable'
import { BatchLamp } from '../../kit/Lamp'
import { Nothing } from '../../kit/Loaded'
import { BatchScore, DatasetLink, Num, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'

interface Props {
  batches: Batch[]
  /** Titles of datasets; left out where all batches are of one. */
  titles?: Map<string, string>
}

export function BatchTable({ batches, titles }: Props) {
  const { t } = useTranslation()
  const { word, principal } = useWords()
  const nameOf = useDeliveredAs()
  const columns: (Column<Batch> | undefined)[] = [
    {
      key: 'file',
      title: t('batch.delivered-as'),
      render: (batch) => (
        <Link to={`/batches/${batch.id}`} className="clip" translate="no">
          {nameOf(batch)}
        </Link>
      ),
    },
    titles && {
      key: 'dataset',
      title: t('batch.dataset'),
      render: (batch) => <DatasetLink id={batch.dataset} title={titles.get(batch.dataset) ?? batch.dataset} />,
    },
    { key: 'lamp', title: t('batch.outcome'), render: (batch) => <BatchLamp batch={batch} /> },
    { key: 'in', title: t('batch.in'), align: 'right', render: (batch) => <Num value={batch.rows_in} /> },
    { key: 'kept', title: t('batch.kept'), align: 'right', render: (batch) => <Num value={batch.rows_kept} /> },
    {
      key: 'quarantined',
      title: t('batch.quarantined'),
      align: 'right',
      render: (batch) =>
        batch.rows_quarantined > 0 ? (
          <Link to={`/batches/${batch.id}?tab=quarantine`}>
            <Num value={batch.rows_quarantined} />
          </Link>
        ) : (
          <Num value={0} />
        ),
    },
    { key: 'score', title: t('dataset.score'), align: 'right', render: (batch) => <BatchScore batch={batch} /> },
    { key: 'mode', title: t('batch.mode'), onlyWide: true, render: (batch) => word('mode', batch.mode) },
    { key: 'came', full: true, title: t('batch.came'), render: (batch) => <Time at={batch.started_at} /> },
    { key: 'by', title: t('batch.by'), onlyWide: true, render: (batch) => principal(batch.delivered_by) },
  ]
  return (
    <DataTable
      label={t('menu.batches')}
      columns={columns.filter((column) => column !== undefined)}
      rows={batches}
      rowKey={(batch) => batch.id}
      empty={
        <Nothing title={t('batches.none')}>
          <Link to="/deliver">{t('menu.deliver')}</Link>
        </Nothing>
      }
    />
  )
}
