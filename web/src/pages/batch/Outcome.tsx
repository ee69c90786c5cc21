import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { call } from '../../api/call'
import type { BatchDetail, Report } from '../../api/types'
import { Explained, ProblemPanel, useExplanation } from '../../kit/Problem'
import { Num } from '../../kit/Text'
import * as format from '../../kit/format'

/** Rows in = kept + superseded + quarantined, as numbers and as a bar. */
export function Counts({ batch }: { batch: BatchDetail }) {
  const { t } = useTranslation()
  const parts = [
    { key: 'kept', rows: batch.rows_kept },
    { key: 'superseded', rows: batch.rows_superseded },
    { key: 'quarantined', rows: batch.rows_quarantined },
  ] as const
  return (
    <div className="counts">
      <dl>
        <div>
          <dt>{t('batch.in')}</dt>
          <dd>
            <Num value={batch.rows_in} />
          </dd>
        </div>
        {parts.map((part) => (
          <div key={part.key}>
            <dt>
              <span className={`swatch swatch-${part.key}`} aria-hidden="true" />
              {t(`batch.${part.key}`)}
            </dt>
            <dd>
              <Num value={part.rows} />
            </dd>
          </div>
        ))}
        {batch.rows_deleted > 0 && (
          <div>
            <dt>{t('batch.deleted')}</dt>
            <dd>
              <Num value={batch.rows_deleted} />
            </dd>
          </div>
        )}
      </dl>
      {batch.rows_in > 0 && (
        <svg className="counts-bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
          {parts.map((part, index) => {
            const before = parts.slice(0, index).reduce((sum, one) => sum + one.rows, 0)
            return (
              <rect
                key={part.key}
                className={`bar-${part.key}`}
                x={(before / batch.rows_in) * 1000}
                width={(part.rows / batch.rows_in) * 1000}
                height="8"
              />
            )
          })}
        </svg>
      )}
    </div>
  )
}

/** That nothing came of a delivery because its rows stand, and whose batch has to go for them to be read again. */
export function Unchanged({ batch }: { batch: BatchDetail }) {
  const { t } = useTranslation()
  if (batch.status !== 'unchanged') return null
  const sameAs = (batch.report as Report | null | undefined)?.same_as
  return (
    <p className="note">
      {t(sameAs ? 'deliver.same-as' : 'deliver.unchanged')} {sameAs && <Link to={`/batches/${sameAs}`}>{sameAs}</Link>}
    </p>
  )
}

/** Why a delivery did not reach the lake. */
export function Failure({ batch }: { batch: BatchDetail }) {
  const known = useExplanation(batch.error?.code ?? '')
  if (!batch.error) return null
  const { code, message, help } = batch.error
  const problem = { type: '', title: known?.title ?? code, status: 0, code, detail: message, help: help ?? null }
  return (
    <div className="problem" role="alert">
      <h2 className="problem-title">
        <span aria-hidden="true">■</span> {problem.title}
      </h2>
      <Explained problem={problem} known={known} />
    </div>
  )
}

/** Stops a collection; what was done of it is rolled back. */
function Cancel({ id }: { id: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => call('POST', `/batches/${encodeURIComponent(id)}/cancel`),
    onSettled: () => void queries.invalidateQueries(),
  })
  return (
    <>
      <Button loading={cancel.isPending} onClick={() => cancel.mutate()} className="no-print">
        {t('batch.cancel')}
      </Button>
      {cancel.isError && <ProblemPanel error={cancel.error} doing={t('batch.cancel')} />}
    </>
  )
}

/** How far a running collection is. */
export function Running({ batch }: { batch: BatchDetail }) {
  const { t, i18n } = useTranslation()
  const progress = batch.progress
  if (!progress) {
    return (
      <div className="running">
        <p role="status">{t('phase.running')}</p>
        <Cancel id={batch.id} />
      </div>
    )
  }
  const part = progress.bytes_total > 0 ? Math.min(1, progress.bytes_done / progress.bytes_total) : undefined
  return (
    <div className="running">
      <p role="status">
        {t(`phase.${progress.phase}` as 'phase.checking', { defaultValue: progress.phase })} ·{' '}
        {t('phase.rows', { rows: format.number(progress.rows_done, i18n.language) })} ·{' '}
        {format.size(progress.bytes_done, i18n.language)} / {format.size(progress.bytes_total, i18n.language)}
      </p>
      <progress aria-label={t('phase.running')} {...(part !== undefined && { value: part })} max={1} />
      {batch.status === 'running' && <Cancel id={batch.id} />}
    </div>
  )
}
