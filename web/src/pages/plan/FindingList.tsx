import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Plan, PlanFinding } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import { ProblemPanel } from '../../kit/Problem'
import { useWords } from '../../kit/words'
import { Decided } from './Decided'
import { AssignUnits } from './AssignUnits'
import { useDecision } from './useReview'

/** What was noticed of the text as a whole; each has to be answered before the plan is approved. */
export function FindingList({ plan, etag }: { plan: Plan; etag: string | undefined }) {
  const { t } = useTranslation()
  const { done, of } = plan.progress.findings
  if (plan.findings.length === 0) return null
  return (
    <details className="surface plan-findings">
      <summary>
        <h2>{t('plans.findings')}</h2> <Lamp state={done < of ? 'due' : 'good'}>{t('plans.findings-done', { done, of })}</Lamp>
      </summary>
      <ul>
        {plan.findings.map((finding) => (
          <Finding key={finding.number} plan={plan} etag={etag} finding={finding} />
        ))}
      </ul>
    </details>
  )
}

const STOCK = ['checked', 'as-text'] as const

function Finding({ plan, etag, finding }: { plan: Plan; etag: string | undefined; finding: PlanFinding }) {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const id = useId()
  const [answer, setAnswer] = useState('')
  const [isAssigning, setAssigning] = useState(false)
  const decide = useDecision(plan.id, etag)
  const point = plan.points.find(({ number }) => number === finding.point)
  const canEdit = plan.status === 'reviewing'
  return (
    <li>
      <p>
        <Lamp state={finding.answered ? 'good' : 'due'}>{word('plan-finding', finding.code)}</Lamp> <span lang="zh-CN">{finding.message}</span>
        {i18n.language === 'zh-CN' && <span className="hint">{t('app.semicolon')}{finding.mend}</span>}
      </p>
      {point && (
        <Link to={`?tab=text#point-${point.number}`} translate="no">
          {point.label} {point.title}
        </Link>
      )}
      {finding.answered && <Decided by={finding.answered} />}
      {canEdit && (
        <div className="plan-answer">
          <label htmlFor={id}>{t('plans.finding-answer')}</label>
          <Input id={id} maxLength={500} value={answer} onChange={(event) => setAnswer(event.target.value)} />
          <Button
            disabled={answer.trim() === ''}
            loading={decide.isPending}
            aria-label={t('plans.finding-save-of', { message: finding.message })}
            onClick={() => decide.mutate({ findings: [{ finding: finding.number, answer: answer.trim() }] }, { onSuccess: () => setAnswer('') })}
          >
            {t('plans.finding-save')}
          </Button>
          {point && <Button onClick={() => setAssigning(true)}>{t('plans.assign')}</Button>}
          <div className="stock">
            {STOCK.map((one) => (
              <button key={one} type="button" onClick={() => setAnswer(t(`plans.finding-${one}`))}>
                {t(`plans.finding-${one}`)}
              </button>
            ))}
          </div>
        </div>
      )}
      {decide.isError && <ProblemPanel error={decide.error} doing={t('plans.finding-save')} />}
      {isAssigning && point && <AssignUnits plan={plan} etag={etag} point={point} onClose={() => setAssigning(false)} />}
    </li>
  )
}
