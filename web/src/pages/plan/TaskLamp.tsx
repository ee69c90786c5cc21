import { useTranslation } from 'react-i18next'
import type { PlanTask } from '../../api/plans'
import { WorkLamp } from './PlanLamp'
import { lampBy } from './tasks'

/** How a task stands: the worst of its target, its nodes and the tasks of counties, and which of them it is. */
export function TaskLamp({ task }: { task: PlanTask }) {
  const { t } = useTranslation()
  const { nodes, counties } = lampBy(task)
  return (
    <span className="plan-task-lamp">
      <WorkLamp lamp={task.standing?.lamp} />
      {nodes.length > 0 && <span className="hint">{t('plans.lamp-by-nodes', { nodes: nodes.join(t('app.comma')) })}</span>}
      {counties > 0 && <span className="hint">{t('plans.lamp-by-counties', { count: counties })}</span>}
    </span>
  )
}
