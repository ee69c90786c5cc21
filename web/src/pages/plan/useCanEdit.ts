import type { Plan } from '../../api/plans'
import { useSession } from '../../kit/useSession'

/** Whether tasks, nodes and changes of the plan may be written and decided here: by whoever answers for it, until it is closed. */
export function useCanEdit(plan: Plan): boolean {
  const { may } = useSession()
  return plan.status !== 'closed' && may('edit-plan')
}
