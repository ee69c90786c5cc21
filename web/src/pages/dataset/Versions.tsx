import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, client } from '../../api/client'
import { versions as versionsQuery } from '../../api/queries'
import type { DatasetDetail, Version } from '../../api/types'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { BatchLink, Code, Num, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'

export function Versions({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const query = useQuery(versionsQuery(dataset.id))
  return (
    <Loaded query={query} doing={t('dataset.versions')}>
      {(list) => <History dataset={dataset} versions={list} />}
    </Loaded>
  )
}

function History({ dataset, versions }: { dataset: DatasetDetail; versions: Version[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const [back, setBack] = useState<Version>()
  const columns: Column<Version>[] = [
    { key: 'version', title: t('dataset.version'), render: (one) => <Num value={one.version} /> },
    { key: 'operation', title: t('version.operation'), render: (one) => word('operation', one.operation) },
    { key: 'at', full: true, title: t('version.at'), render: (one) => <Time at={one.committed_at} /> },
    { key: 'added', title: t('version.added'), align: 'right', render: (one) => <Num value={one.rows_added} /> },
    { key: 'removed', title: t('version.removed'), align: 'right', render: (one) => <Num value={one.rows_removed} /> },
    { key: 'rows', title: t('version.rows'), align: 'right', render: (one) => <Num value={one.rows} /> },
    { key: 'batch', full: true, title: t('batch.one'), render: (one) => <Made version={one} /> },
    {
      key: 'back',
      title: t('version.do'),
      pinned: true,
      render: (one) =>
        one.version === dataset.version ? (
          <span className="hint">{t('version.present')}</span>
        ) : !dataset.may.includes('steward') ? (
          '—'
        ) : (
          <Button size="small" aria-label={t('version.restore-one', { version: one.version })} onClick={() => setBack(one)}>
            {t('version.restore')}
          </Button>
        ),
    },
  ]
  return (
    <>
      <DataTable
        label={t('dataset.versions')}
        columns={columns}
        rows={versions}
        rowKey={(one) => one.version}
        empty={<Nothing title={t('version.none')} />}
      />
      {back && <Restore dataset={dataset} version={back} onClose={() => setBack(undefined)} />}
    </>
  )
}

/** A release or an undoing has a number of its own, under which no batch is kept. */
function Made({ version }: { version: Version }) {
  if (!version.batch) return '—'
  return version.operation === 'collect' ? <BatchLink id={version.batch} /> : <Code>{version.batch}</Code>
}

interface RestoreProps {
  dataset: DatasetDetail
  version: Version
  onClose: () => void
}

function Restore({ dataset, version, onClose }: RestoreProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const restore = useMutation({
    mutationFn: (reason: string) =>
      ask(
        client.POST('/api/v1/datasets/{id}/restore', {
          params: { path: { id: dataset.id } },
          body: { version: version.version, reason },
        }),
      ),
    onSuccess: () => {
      onClose()
      void queries.invalidateQueries()
    },
  })
  return (
    <ReasonDialog
      title={t('version.restore-one', { version: version.version })}
      confirm={t('version.restore')}
      stock={t('version.restore-stock').split('|')}
      busy={restore.isPending}
      error={restore.error}
      onConfirm={(reason) => restore.mutate(reason)}
      onClose={onClose}
    >
      <p>{t('version.restore-about', { rows: version.rows })}</p>
    </ReasonDialog>
  )
}
