import 'texts:plans'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { PlanInList } from '../../api/plans'
import { useWaitingWork } from './useWaitingWork'

/** What of a plan waits for those who decide, with the way there; nothing where nothing does. */
export function Waits({ plan }: { plan: Pick<PlanInList, 'id' | 'status'> }) {
  const { t } = useTranslation()
  const { evidence, changes } = useWaitingWork(plan)
  const to = (tab: string) => `/plans/${encodeURIComponent(plan.id)}?tab=${tab}`
  if (evidence + changes === 0) return null
  return (
    <ul className="summary">
      {evidence > 0 && (
        <li>
          <Link to={to('evidence')}>{t('plans.evidence-waiting', { count: evidence })}</Link>
        </li>
      )}
      {changes > 0 && (
        <li>
          <Link to={to('changes')}>{t('plans.changes-waiting', { count: changes })}</Link>
        </li>
      )}
    </ul>
  )
}
