import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanTarget } from '../../api/plans'
import { DaysLeft } from '../../kit/DaysLeft'
import { askOf, useTrail } from '../../kit/trail'
import { useWords } from '../../kit/words'
import type { Foreseen } from './forecast'
import { WorkLamp } from './PlanLamp'
import { Proof } from './Proof'
import { SourceLink } from './SourceLink'
import { useFigureWords } from './useFigureWords'

interface Props {
  plan: string
  target: PlanTarget
  forecast: Foreseen | undefined
}

/** How a target stands: its lamp, what is reached, what is foreseen, where that comes from, what proves it. */
export function TargetState({ plan, target, forecast }: Props) {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const words = useFigureWords()
  const { standing, binding } = target
  const share = typeof standing?.share === 'number' ? Math.floor(standing.share * 1000) / 10 : undefined
  if (!standing) return null
  const lack = i18n.language === 'zh-CN' ? standing.lack_text : word('plan-lack', standing.lack)
  return (
    <div className="plan-state">
      <div className="plan-state-line">
        <WorkLamp lamp={standing.lamp} />
        {standing.is_reopened && <span className="warning-text">{t('plans.reopened')}</span>}
        {standing.closed_on ? (
          <span className="hint">{t(standing.closed_by === 'metric' ? 'plans.closed-metric' : 'plans.closed-evidence', { day: standing.closed_on })}</span>
        ) : (
          standing.lack && <span className="hint">{lack}</span>
        )}
        {typeof standing.days_left === 'number' && !standing.closed_on && (
          <span className="hint">
            <DaysLeft days={standing.days_left} />
          </span>
        )}
      </div>
      {standing.actual && (
        <div className="plan-state-line">
          <span className="hint">{t('plans.actual')}</span>
          <ActualNumber target={target}>
            {words.sized(words.measured(standing.measured ?? standing.actual.value), standing.actual.unit || target.unit)}
          </ActualNumber>
          <span className="hint num">{t('plans.as-of', { day: standing.actual.as_of })}</span>
          {share !== undefined && (
            <>
              <progress className="plan-progress" aria-label={t('plans.share')} value={Math.min(100, Math.max(0, share))} max={100} />
              <span className="num">{share}%</span>
            </>
          )}
        </div>
      )}
      {forecast && (
        <div className="plan-state-line">
          <span className="hint">{t('plans.foreseen', { period: forecast.period })}</span>
          <span className="num">{words.sized(words.measured(forecast.value), forecast.unit)}</span>
          <span className="hint num">
            {words.measured(forecast.low)}—{words.measured(forecast.high)}
          </span>
          {forecast.isMet !== undefined && <span className={forecast.isMet ? 'score-good' : 'score-due'}>{t(forecast.isMet ? 'plans.will-be-met' : 'plans.will-not-be-met')}</span>}
        </div>
      )}
      <div className="plan-state-line">
        <span className="hint">{t('plans.source')}</span>
        <SourceLink binding={binding} />
      </div>
      <Proof plan={plan} target={target} />
    </div>
  )
}

/** What is reached; told by a metric, it opens its trail. */
function ActualNumber({ target, children }: { target: PlanTarget; children: ReactNode }) {
  const { t } = useTranslation()
  const open = useTrail()
  const { binding, standing } = target
  const number = <strong className="num">{children}</strong>
  const metric = binding.kind === 'metric' ? binding.id : binding.metric
  if (!open || !standing?.actual || !metric) return number
  const { as_of: asOf, value, unit } = standing.actual
  const ask = askOf(metric, binding.way === 'year-sum' ? asOf.slice(0, 4) : asOf.slice(0, 7))
  if (!ask) return number
  const decimals = Number.isInteger(value) ? 0 : 2
  return (
    <button type="button" className="figure-button" aria-haspopup="dialog" title={t('trail.open')} onClick={() => open({ ask, number: { state: 'value', value }, unit, decimals })}>
      {number}
    </button>
  )
}
