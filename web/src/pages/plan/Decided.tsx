import { useTranslation } from 'react-i18next'
import type { PlanDecision } from '../../api/plans'
import * as format from '../../kit/format'
import { useWords } from '../../kit/words'

/** Who decided, when and why. */
export function Decided({ by }: { by: PlanDecision }) {
  const { t } = useTranslation()
  const { principal } = useWords()
  return (
    <span className="hint">
      {principal(by.who)} <time dateTime={by.at}>{format.time(by.at)}</time>
      {by.reason && (
        <>
          {t('app.comma')}
          <span className="plan-reason">{by.reason}</span>
        </>
      )}
    </span>
  )
}
