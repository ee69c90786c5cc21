import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { ask, client } from '../../api/client'
import { batch as batchQuery, dataset as datasetQuery, isUnderWay, sources } from '../../api/queries'
import type { BatchDetail } from '../../api/types'
import { useDeliveredAs } from '../../kit/delivered'
import * as format from '../../kit/format'
import { BatchLamp } from '../../kit/Lamp'
import { Loaded } from '../../kit/Loaded'
import { Facts, Page, Section } from '../../kit/Page'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Tabs } from '../../kit/Tabs'
import { BatchScore, DatasetLink, Num, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { Findings } from './Findings'
import { Counts, Failure, Running, Unchanged } from './Outcome'
import { ProfileTable } from './ProfileTable'
import { Quarantine } from './Quarantine'
import { Reading } from './Reading'
import { Scores } from './Scores'
import { titlesOf } from './titles'

export function Batch() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const nameOf = useDeliveredAs()
  const query = useQuery(batchQuery(id))
  return (
    <Page
      title={query.data ? nameOf(query.data) : t('batch.one')}
      trail={[[t('menu.batches'), '/batches']]}
      about={query.data && <BatchLamp batch={query.data} />}
      actions={query.data && <Actions batch={query.data} />}
    >
      <Loaded query={query} doing={t('batch.one')}>
        {(batch) => <Content batch={batch} />}
      </Loaded>
    </Page>
  )
}

function Content({ batch }: { batch: BatchDetail }) {
  const { t, i18n } = useTranslation()
  const { word, principal } = useWords()
  const [address, setAddress] = useSearchParams()
  const dataset = useQuery(datasetQuery(batch.dataset))
  const titles = titlesOf(dataset.data)
  const tab = address.get('tab') ?? 'findings'
  const { data: known } = useQuery(sources)
  const sourceTitle = known?.find((source) => source.id === batch.source)?.title ?? batch.source
  return (
    <>
      <div className="surface padded">
        {isUnderWay(batch) && <Running batch={batch} />}
        <Failure batch={batch} />
        <Unchanged batch={batch} />
        {batch.status !== 'unchanged' && <Counts batch={batch} />}
        <Facts
          items={[
            [t('batch.dataset'), <DatasetLink key="dataset" id={batch.dataset} title={dataset.data?.title ?? batch.dataset} />],
            [t('batch.mode'), word('mode', batch.mode)],
            [t('dataset.score'), <BatchScore key="score" batch={batch} />],
            [t('batch.came'), <Time key="came" at={batch.started_at} seconds />],
            [
              t('batch.took'),
              batch.finished_at ? format.duration(batch.started_at, batch.finished_at, i18n.language) : '—',
            ],
            [t('batch.by'), principal(batch.delivered_by)],
            [t('batch.source'), sourceTitle ?? t('batch.by-hand')],
            [t('batch.size'), typeof batch.size_bytes === 'number' ? format.size(batch.size_bytes, i18n.language) : '—'],
            [t('batch.version'), typeof batch.version === 'number' ? <Num key="version" value={batch.version} /> : '—'],
            [t('batch.id'), <code key="id" className="code">{batch.id}</code>],
          ]}
        />
      </div>
      <div className="surface">
        <Tabs
          label={t('batch.tabs')}
          active={tab}
          onChange={(key) => setAddress({ tab: key }, { replace: true })}
          tabs={[
            {
              key: 'findings',
              label: t('batch.findings-count', { count: batch.findings.length }),
              render: () => <Findings batch={batch} titles={titles} />,
            },
            {
              key: 'quarantine',
              label: t('batch.quarantine-count', { count: batch.rows_quarantined }),
              render: () => <Quarantine batch={batch} titles={titles} />,
            },
            {
              key: 'profile',
              label: t('batch.profile'),
              render: () => <ProfileTable dataset={batch.dataset} profile={batch.profile} titles={titles} />,
            },
            {
              key: 'reading',
              label: t('batch.reading'),
              render: () => (
                <div className="padded two-columns">
                  <Section title={t('batch.how-read')}>
                    <Reading batch={batch} />
                  </Section>
                  <Section title={t('score.dimensions')}>
                    <Scores scores={batch.scores} />
                  </Section>
                </div>
              ),
            },
          ]}
        />
      </div>
    </>
  )
}

function Actions({ batch }: { batch: BatchDetail }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const undo = useMutation({
    mutationFn: (reason: string) =>
      ask(client.POST('/api/v1/batches/{id}/undo', { params: { path: { id: batch.id } }, body: { reason } })),
    onSuccess: () => {
      setAsking(false)
      void queries.invalidateQueries()
    },
  })
  const isCollected = batch.status === 'collected'
  return (
    <>
      {batch.is_whole && <Button href={`/api/v1/batches/${batch.id}/raw`}>{t('batch.raw')}</Button>}
      {batch.may.includes('steward') && (
      <Button
        danger
        disabled={!isCollected}
        title={isCollected ? '' : t('batch.undo-not')}
        onClick={() => {
          undo.reset()
          setAsking(true)
        }}
      >
        {t('batch.undo')}
      </Button>
      )}
      {isAsking && (
        <ReasonDialog
          title={t('batch.undo')}
          confirm={t('batch.undo')}
          danger
          stock={t('batch.undo-stock').split('|')}
          busy={undo.isPending}
          error={undo.error}
          onConfirm={(reason) => undo.mutate(reason)}
          onClose={() => setAsking(false)}
        >
          <p>{t('batch.undo-about', { rows: batch.rows_kept })}</p>
        </ReasonDialog>
      )}
    </>
  )
}
