import { useTranslation } from 'react-i18next'
import type { PlanNode } from '../../api/plans'
import { Decided } from './Decided'

/** Says that somebody else moved a node on, how it stands now, and by whom. */
export function MovedMeanwhile({ node }: { node: PlanNode }) {
  const { t } = useTranslation()
  const by = node.finished?.by ?? node.begun
  return (
    <div className="note" role="status">
      <p>{t('plans.overtaken', { state: t(node.finished ? 'plans.node-finished' : node.begun ? 'plans.node-begun' : 'plans.node-open') })}</p>
      {by && <Decided by={by} />}
    </div>
  )
}
