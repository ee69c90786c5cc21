import 'texts:plans'
import { useTranslation } from 'react-i18next'
import type { Plan } from '../../api/plans'
import { useWords } from '../../kit/words'
import { Lamp } from '../../kit/Lamp'
import { WORK_LAMPS, workState } from './PlanLamp'

type Told = NonNullable<Plan['standing']>

/** How the targets of the plan stand, one lamp each, and its tasks, which stand as the worst of what they hold. */
export function Standing({ standing }: { standing: Told }) {
  const { t } = useTranslation()
  return (
    <>
      <Counts label={t('plans.standing', { day: standing.day })} counts={standing.targets} />
      <Counts label={t('plans.standing-tasks')} counts={standing.whole.counts} />
    </>
  )
}

function Counts({ label, counts }: { label: string; counts: Told['targets'] }) {
  const { word } = useWords()
  return (
    <dl className="plan-standing" aria-label={label}>
      {WORK_LAMPS.map((lamp) => (
        <div key={lamp}>
          <dt>
            <Lamp state={workState(lamp)}>{word('work-lamp', lamp)}</Lamp>
          </dt>
          <dd className="num">{counts[lamp]}</dd>
        </div>
      ))}
      <div>
        <dt className="hint">{label}</dt>
      </div>
    </dl>
  )
}
