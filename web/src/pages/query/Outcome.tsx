import { useTranslation } from 'react-i18next'
import type { Explained } from '../../api/explain'
import type { Answer } from '../../api/types'
import { AnswerTable } from '../../kit/AnswerTable'
import { HiddenNote } from '../../kit/HiddenNote'
import { Nothing, Waiting } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { NotShown } from '../../kit/NotShown'
import { ProblemPanel } from '../../kit/Problem'
import { Code, DatasetLink } from '../../kit/Text'
import { UsesLeft } from '../../kit/UsesLeft'
import { hiddenAt, hiddenIn } from '../../kit/hidden'
import { unshown } from '../../kit/unshown'
import { useUsesLeft } from '../../kit/useUsesLeft'
import type { Exported } from '../../kit/export'
import * as format from '../../kit/format'
import { Explanation } from './Explanation'
import { useColumnTitles } from './useColumnTitles'

export type Answered =
  | { what: 'run'; answer: Answer; estimate: Explained | undefined; sql: string; milliseconds: number }
  | { what: 'explain'; explained: Explained; milliseconds: number }
  | ({ what: 'export' } & Exported)

/** What a question reads is told where it is worth a thought. */
const TOLD_BYTES = 1_000_000

interface Props {
  ask: { data: Answered | undefined; error: unknown; isPending: boolean; isError: boolean }
}

export function Outcome({ ask }: Props) {
  const { t } = useTranslation()
  if (ask.isPending) {
    return (
      <div className="surface padded">
        <Waiting />
      </div>
    )
  }
  if (ask.isError) {
    return ask.error instanceof DOMException ? (
      <p className="note" role="status">
        {t('query.cancelled')}
      </p>
    ) : (
      <Failed error={ask.error} />
    )
  }
  if (!ask.data) {
    return (
      <div className="surface">
        <Nothing title={t('query.start')}>{t('query.start-help')}</Nothing>
      </div>
    )
  }
  switch (ask.data.what) {
    case 'explain':
      return <Explanation {...ask.data} />
    case 'export':
      return (
        <p className="note" role="status">
          {t('query.exported', { receipt: ask.data.receipt })} {ask.data.hidden > 0 && t('query.exported-hidden', { count: ask.data.hidden })}
        </p>
      )
    case 'run':
      return <Rows {...ask.data} />
  }
}

function Failed({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const panel = <ProblemPanel error={error} doing={t('query.run')} />
  const dataset = unshown(error)?.dataset
  return dataset === undefined ? panel : <NotShown dataset={dataset} otherwise={panel} />
}

function Rows({ answer, estimate, milliseconds }: Extract<Answered, { what: 'run' }>) {
  const { t, i18n } = useTranslation()
  const { titles, fields } = useColumnTitles(estimate)
  const hidden = hiddenIn(answer)
  return (
    <Section
      title={t('query.result')}
      flush
      extra={
        <span className="result-extra">
          <span role="status">
            {t('query.rows', { count: answer.rows.length })}
            {answer.truncated && ` ${t('query.truncated')}`} · {format.elapsed(milliseconds, i18n.language)}
            {(estimate?.bytes_estimate ?? 0) >= TOLD_BYTES && ` · ${t('query.read', { bytes: format.size(estimate?.bytes_estimate ?? 0, i18n.language) })}`}
          </span>
        </span>
      }
    >
      {answer.problem && <ProblemPanel error={answer.problem} doing={t('query.result')} />}
      <AnswerTable label={t('query.result')} answer={answer} titles={titles} pageSize={50} told={hidden} fieldsOf={(_, place) => hiddenAt(answer, place)} />
      <HiddenNote told={hidden} fields={[...hidden.keys()]} titleOf={({ field }) => fields.get(field)} />
      <Used datasets={Object.keys(answer.versions)} />
      <Read versions={answer.versions} />
    </Section>
  )
}

/** Of which counted grants the question was a use. */
function Used({ datasets }: { datasets: string[] }) {
  const { left } = useUsesLeft()
  const used = datasets.filter((id) => left.has(id))
  return used.map((id) => (
    <p key={id} className="hint read-versions" role="status">
      <DatasetLink id={id} /> <UsesLeft left={left.get(id)} />
    </p>
  ))
}

/** The versions that were read: the same question with the same versions has the same answer for ever. */
function Read({ versions }: { versions: Answer['versions'] }) {
  const { t } = useTranslation()
  const list = Object.entries(versions)
  if (list.length === 0) return null
  return (
    <p className="hint read-versions">
      {t('query.versions')}{' '}
      {list.map(([id, version]) => (
        <Code key={id}>
          {id}@{version}{' '}
        </Code>
      ))}
    </p>
  )
}
