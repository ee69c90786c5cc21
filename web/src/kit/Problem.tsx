import LockOutlined from '@ant-design/icons/es/icons/LockOutlined'
import { useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { isNoFault, problemOf } from '../api/errors'
import type { Problem } from '../api/types'
import { Sentence } from './Sentence'
import { told } from './told'

interface Explanation {
  title: string
  text: string
  help: string
}

/** What a code means and what to do about it, in the language of the reader; fetched when the first problem appears. */
export function useExplanation(code: string): Explanation | undefined {
  const { i18n } = useTranslation()
  const { data } = useQuery({
    queryKey: ['problems'],
    queryFn: async () => (await import('../i18n/problems')).problems,
    staleTime: Infinity,
    gcTime: Infinity,
  })
  return data?.[code]?.[i18n.language === 'en' ? 'en' : 'zh']
}

interface Props {
  error: unknown
  /** What was being done: `读取数据目录`. */
  doing?: string
  retry?: () => void
}

export function ProblemPanel({ error, doing, retry }: Props) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  const known = useExplanation(problem.code)
  const isForbidden = problem.status === 401 || problem.status === 403
  const isCalm = isNoFault(problem)
  return (
    <div className={`problem ${isCalm ? 'problem-forbidden' : ''}`} role="alert">
      <h2 className="problem-title">
        {isForbidden ? <LockOutlined aria-hidden /> : <span aria-hidden="true">{isCalm ? '○' : '■'}</span>} {known?.title ?? problem.title}
      </h2>
      {doing && <p className="hint">{t('problem.doing', { doing })}</p>}
      <Explained problem={problem} known={known} isFolded={isCalm && known !== undefined} />
      <div className="actions no-print">
        {retry && !isForbidden && <Button onClick={retry}>{t('action.retry')}</Button>}
        <Link to={`/problems/${encodeURIComponent(problem.code)}`} state={{ problem }}>
          {t('problem.about')}
        </Link>
      </div>
    </div>
  )
}

interface ExplainedProps {
  problem: Problem
  known: Explanation | undefined
  /** The words of the program and its codes are for whoever is asked about it. */
  isFolded?: boolean
}

/** Text, help, and the words of the program itself, which name the thing at fault. */
export function Explained({ problem, known, isFolded = false }: ExplainedProps) {
  const { t, i18n } = useTranslation()
  return (
    <>
      {known?.text && <p>{plain(known.text)}</p>}
      {i18n.language === 'zh-CN' && told(problem.detail) && (
        <p>
          <Sentence text={problem.detail} />
        </p>
      )}
      {known?.help && (
        <p>
          <strong>{t('problem.help')}</strong> {plain(known.help)}
        </p>
      )}
      {isFolded ? (
        <details className="problem-codes">
          <summary>{t('problem.for-support')}</summary>
          <Codes problem={problem} />
        </details>
      ) : (
        <Codes problem={problem} />
      )}
    </>
  )
}

function Codes({ problem }: { problem: Problem }) {
  const { t, i18n } = useTranslation()
  return (
    <dl className="facts problem-facts">
      {typeof problem.line === 'number' && typeof problem.column === 'number' && (
        <>
          <dt>{t('problem.at')}</dt>
          <dd>{t('problem.place', { line: problem.line, column: problem.column })}</dd>
        </>
      )}
      <dt>{t(i18n.language === 'zh-CN' ? 'problem.original' : 'problem.detail')}</dt>
      <dd lang="en" translate="no">
        {problem.detail || '—'}
        {problem.help && <span className="hint"> · {problem.help}</span>}
      </dd>
      {problem.causes?.map((cause) => (
        <dd key={cause} lang="en" className="hint">
          {cause}
        </dd>
      ))}
      <dt>{t('problem.code')}</dt>
      <dd className="code">
        {problem.code}
        {problem.status > 0 && ` · HTTP ${problem.status}`}
      </dd>
    </dl>
  )
}

/** The pages about errors are Markdown; only marks of code and weight occur in them. */
export function plain(markdown: string): string {
  return markdown.replaceAll('`', '').replaceAll('**', '')
}
