import { useTranslation } from 'react-i18next'
import type { PlanFigure, PlanForecast, PlanTarget, PlanTask } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import { Tag } from '../../kit/Page'
import { useWords } from '../../kit/words'
import type { SeenPlan } from './Evidence'
import { TargetState } from './TargetState'
import { useFigureWords } from './useFigureWords'

interface Props {
  figure: PlanFigure
  /** While the plan is reviewed, what is open about it is said. */
  isReviewing: boolean
  /** How it stands, once the plan is in force. */
  plan: SeenPlan
  target: PlanTarget | undefined
  forecast: PlanForecast | undefined
  tasks: PlanTask[]
}

/** What one figure of a sentence asks for. */
export function FigureCard({ figure, isReviewing, plan, target, forecast, tasks }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFigureWords()
  const open = figure.doubts.filter((doubt) => !doubt.answered).length
  return (
    <li id={`target-${figure.number}`} className={figure.kind === 'target' ? 'plan-target' : 'plan-target plan-target-quiet'}>
      <div className="plan-target-head">
        <strong className="num">{words.figure(figure)}</strong>
        {figure.kind === 'target' ? figure.due && <span className="hint">{t('plans.due', { day: figure.due })}</span> : <Tag tone="soft">{word('plan-kind', figure.kind)}</Tag>}
      </div>
      <div className="plan-literal" translate="no">
        {figure.literal}
      </div>
      {figure.baseline && <div className="hint">{t('plans.against', { baseline: figure.baseline })}</div>}
      {target && <TargetState plan={plan} target={target} forecast={forecast} tasks={tasks} />}
      {isReviewing && (
        <div className="plan-target-state">
          {open > 0 && <Lamp state="due">{t('plans.doubts', { count: open })}</Lamp>}
          {open === 0 && figure.state === 'open' && <Lamp state="absent">{word('plan-figure', 'open')}</Lamp>}
          {figure.state === 'accepted' && open === 0 && <Lamp state="good">{word('plan-figure', 'accepted')}</Lamp>}
          {figure.state === 'corrected' && <Lamp state="made-up">{word('plan-figure', 'corrected')}</Lamp>}
        </div>
      )}
    </li>
  )
}
