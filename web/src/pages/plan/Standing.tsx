import { useTranslation } from 'react-i18next'
import type { Plan } from '../../api/plans'
import { useWords } from '../../kit/words'
import { Lamp } from '../../kit/Lamp'
import { WORK_LAMPS, workState } from './PlanLamp'

const COUNTS = { late: 'late', near: 'near', 'on-course': 'on-course', 'not-begun': 'not-begun', 'done-late': 'done-late', done: 'done' } as const

/** How the targets of the plan stand, one lamp each. */
export function Standing({ standing }: { standing: NonNullable<Plan['standing']> }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <dl className="plan-standing" aria-label={t('plans.standing', { day: standing.day })}>
      {WORK_LAMPS.map((lamp) => (
        <div key={lamp}>
          <dt>
            <Lamp state={workState(lamp)}>{word('work-lamp', lamp)}</Lamp>
          </dt>
          <dd className="num">{standing.targets[COUNTS[lamp]]}</dd>
        </div>
      ))}
      <div>
        <dt className="hint">{t('plans.standing', { day: standing.day })}</dt>
      </div>
    </dl>
  )
}
