import { useTranslation } from 'react-i18next'
import type { PlanMonth } from '../../api/plans'
import { useWords } from '../../kit/words'
import { WorkSign } from './PlanLamp'
import { strip } from './months'

/** The nodes of a point by month, from January on; a month without one is empty. */
export function MonthStrip({ months, year }: { months: PlanMonth[]; year: number | null | undefined }) {
  const { t } = useTranslation()
  const { word } = useWords()
  if (months.length === 0) return null
  return (
    <ol className="plan-months" aria-label={t('plans.months')}>
      {strip(months, year ?? undefined).map(({ month, label, found }) => (
        <li key={month} className={found ? 'plan-month' : 'plan-month plan-month-empty'}>
          <span className="plan-month-name num" aria-hidden={!found}>
            {label}
          </span>
          {found?.lamp ? <WorkSign lamp={found.lamp}>{t('plans.month-of', { month, count: found.nodes.length, lamp: word('work-lamp', found.lamp) })}</WorkSign> : <span aria-hidden="true">·</span>}
        </li>
      ))}
    </ol>
  )
}
