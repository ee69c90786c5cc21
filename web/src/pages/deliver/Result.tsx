import { useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { dataset as datasetQuery, isUnderWay } from '../../api/queries'
import type { BatchDetail } from '../../api/types'
import { useDeliveredAs } from '../../kit/delivered'
import { BatchLamp } from '../../kit/Lamp'
import { Section } from '../../kit/Page'
import { BatchScore } from '../../kit/Text'
import { Findings } from '../batch/Findings'
import { Counts, Failure, Running, Unchanged } from '../batch/Outcome'
import { Reading } from '../batch/Reading'
import { titlesOf } from '../batch/titles'

/** What came of a delivery, from its first second on. */
export function Result({ batch, again }: { batch: BatchDetail; again: () => void }) {
  const { t } = useTranslation()
  const nameOf = useDeliveredAs()
  const queries = useQueryClient()
  const dataset = useQuery(datasetQuery(batch.dataset))
  const isRunning = isUnderWay(batch)
  useEffect(() => {
    if (!isRunning) void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'batch' })
  }, [isRunning, queries])
  return (
    <>
      <Section title={nameOf(batch)} extra={<BatchLamp batch={batch} />}>
        {isRunning && (
          <>
            <Running batch={batch} />
            <p className="hint">{t('deliver.goes-on')}</p>
          </>
        )}
        <Failure batch={batch} />
        {!isRunning && batch.status !== 'unchanged' && <Counts batch={batch} />}
        <Unchanged batch={batch} />
        {typeof batch.score === 'number' && (
          <p>
            {t('dataset.score')} <BatchScore batch={batch} />
          </p>
        )}
        <div className="actions no-print">
          {batch.rows_quarantined > 0 && (
            <Link to={`/batches/${batch.id}?tab=quarantine`} className="button-link button-link-primary">
              {t('deliver.to-quarantine')}
            </Link>
          )}
          <Link to={`/batches/${batch.id}`} className="button-link">
            {t('deliver.to-batch')}
          </Link>
          <Link to={`/datasets/${batch.dataset}`} className="button-link">
            {t('deliver.to-dataset', { title: dataset.data?.title ?? batch.dataset })}
          </Link>
          <Button onClick={again}>{t('deliver.again')}</Button>
        </div>
      </Section>
      {!isRunning && batch.status === 'collected' && (
        <>
          <Section title={t('batch.findings-count', { count: batch.findings.length })} flush>
            <Findings batch={batch} titles={titlesOf(dataset.data)} />
          </Section>
          <Section title={t('batch.how-read')}>
            <Reading batch={batch} />
          </Section>
        </>
      )}
    </>
  )
}
