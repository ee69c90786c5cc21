import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanForecast, PlanTarget, PlanTask } from '../../api/plans'
import { DaysLeft } from '../../kit/DaysLeft'
import { reachedPart } from '../../kit/format'
import { askOf } from '../../kit/trail'
import { TrailButton } from '../../kit/TrailButton'
import { useSpan } from '../../kit/useSpan'
import { useWords } from '../../kit/words'
import type { SeenPlan } from './Evidence'
import { WorkLamp } from './PlanLamp'
import { Proof } from './Proof'
import { SourceLink } from './SourceLink'
import { TaskLamp } from './TaskLamp'
import { otherwise } from './tasks'
import { useFigureWords } from './useFigureWords'

interface Props {
  plan: SeenPlan
  target: PlanTarget
  forecast: PlanForecast | undefined
  tasks: PlanTask[]
}

/** How a target stands: its lamp, what is reached, what is foreseen, where that comes from, what proves it. */
export function TargetState({ plan, target, forecast, tasks }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFigureWords()
  const { standing, binding } = target
  const share = typeof standing?.share === 'number' ? reachedPart(standing.share) : undefined
  if (!standing) return null
  const task = otherwise(tasks, target.number, standing.lamp)
  return (
    <div className="plan-state">
      <div className="plan-state-line">
        <WorkLamp lamp={standing.lamp} />
        {standing.is_reopened && <span className="warning-text">{t(binding.kind === 'metric' || binding.metric ? 'plans.reopened' : 'plans.reopened-proof')}</span>}
        {standing.closed_on ? (
          <span className="hint">{t(standing.closed_by === 'metric' ? 'plans.closed-metric' : 'plans.closed-evidence', { day: standing.closed_on })}</span>
        ) : (
          standing.lack && <span className="hint">{word('plan-lack', standing.lack)}</span>
        )}
        {standing.closed_on && standing.is_hidden && <span className="hint">{word('plan-lack', 'not-shown')}</span>}
        {typeof standing.days_left === 'number' && !standing.closed_on && (
          <span className="hint">
            <DaysLeft days={standing.days_left} />
          </span>
        )}
      </div>
      {task && (
        <div className="plan-state-line">
          <span className="hint">{t('plans.task-of', { id: task.id })}</span>
          <TaskLamp task={task} />
        </div>
      )}
      {standing.actual && standing.told && (
        <div className="plan-state-line">
          <span className="hint">{t('plans.actual')}</span>
          <ActualNumber target={target}>{words.reached(standing.told)}</ActualNumber>
          <span className="hint num">{t('plans.as-of', { day: standing.actual.as_of })}</span>
          {standing.actual.missing && <span className="warning-text">{t('plans.areas-missing', { areas: standing.actual.missing.join(t('app.comma')) })}</span>}
          {share !== undefined && (
            <>
              <progress className="plan-progress" aria-label={t('plans.share')} value={Math.min(100, Math.max(0, share))} max={100} />
              <span className="num">{share}%</span>
            </>
          )}
        </div>
      )}
      {forecast && <Forecast forecast={forecast} />}
      <div className="plan-state-line">
        <span className="hint">{t('plans.source')}</span>
        <SourceLink binding={binding} />
      </div>
      <Proof plan={plan} target={target} />
    </div>
  )
}

/** Where a target will stand when it is due, or why nobody can say. */
function Forecast({ forecast: { foreseen, lack } }: { forecast: PlanForecast }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const span = useSpan()
  const words = useFigureWords()
  if (!foreseen) return <div className="plan-state-line hint">{t('plans.not-foreseen', { why: word('plan-no-forecast', lack) })}</div>
  const { told, low, high, will_be_met: isMet } = foreseen
  return (
    <div className="plan-state-line">
      <span className="hint">{t('plans.foreseen', { period: span(foreseen.period) })}</span>
      <span className="num">{words.reached(told)}</span>
      <span className="hint num">{t('plans.foreseen-between', { low: words.reached({ ...told, value: low }), high: words.reached({ ...told, value: high }) })}</span>
      {typeof isMet === 'boolean' && <span className={isMet ? 'score-good' : 'score-due'}>{t(isMet ? 'plans.will-be-met' : 'plans.will-not-be-met')}</span>}
    </div>
  )
}

/** What is reached; told by a metric, it opens the trail of the period that it is the number of. */
function ActualNumber({ target: { binding, standing }, children }: { target: PlanTarget; children: ReactNode }) {
  const metric = binding.kind === 'metric' ? binding.id : binding.metric
  const ask = metric ? askOf(metric, standing?.actual?.period) : undefined
  return (
    <TrailButton ask={ask} number={{ state: 'value', value: standing?.actual?.value ?? null }}>
      <strong className="num">{children}</strong>
    </TrailButton>
  )
}
