import { useTranslation } from 'react-i18next'
import type { Answer, Cell } from '../../api/types'
import { AnswerTable } from '../../kit/AnswerTable'
import { Nothing, Waiting } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { Code } from '../../kit/Text'
import * as format from '../../kit/format'

export interface Answered {
  what: 'run' | 'explain'
  answer: Answer
  milliseconds: number
}

interface Props {
  ask: { data: Answered | null | undefined; error: unknown; isPending: boolean; isError: boolean }
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
      <ProblemPanel error={ask.error} doing={t('query.run')} />
    )
  }
  if (ask.data === null) return <p className="note" role="status">{t('query.exported')}</p>
  if (!ask.data) {
    return (
      <div className="surface">
        <Nothing title={t('query.start')}>{t('query.start-help')}</Nothing>
      </div>
    )
  }
  return ask.data.what === 'explain' ? <Plan {...ask.data} /> : <Rows {...ask.data} />
}

function Rows({ answer, milliseconds }: Answered) {
  const { t, i18n } = useTranslation()
  return (
    <Section
      title={t('query.result')}
      flush
      extra={
        <span role="status">
          {t('query.rows', { count: answer.rows.length })}
          {answer.truncated && ` ${t('query.truncated')}`} · {format.elapsed(milliseconds, i18n.language)}
        </span>
      }
    >
      {answer.problem && <ProblemPanel error={answer.problem} doing={t('query.result')} />}
      <AnswerTable label={t('query.result')} answer={answer} pageSize={50} />
      <Read versions={answer.versions} />
    </Section>
  )
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

function Plan({ answer, milliseconds }: Answered) {
  const { t, i18n } = useTranslation()
  const names: Record<string, string> = {
    logical_plan: t('query.plan-logical'),
    physical_plan: t('query.plan-physical'),
  }
  const text = (value: Cell | undefined) => (typeof value === 'string' ? value : '')
  return (
    <Section title={t('query.plan')} extra={format.elapsed(milliseconds, i18n.language)}>
      {answer.rows.map(([kind, plan]) => (
        <div key={text(kind)}>
          <h3>{names[text(kind)] ?? text(kind)}</h3>
          <pre className="plan" tabIndex={0} translate="no">
            {text(plan)}
          </pre>
        </div>
      ))}
      <Read versions={answer.versions} />
    </Section>
  )
}
