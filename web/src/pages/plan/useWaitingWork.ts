import { useQuery } from '@tanstack/react-query'
import { type Plan, planChanges, planEvidence } from '../../api/plans'
import { useSession } from '../../kit/useSession'
import { waitingChanges, waitingEvidence } from './waiting'

/** How much of a plan in force waits for those who decide; nothing to others. */
export function useWaitingWork({ id, status }: Pick<Plan, 'id' | 'status'>): { evidence: number; changes: number } {
  const { may } = useSession()
  const enabled = status === 'approved' && may('edit-plan')
  const { data: evidence } = useQuery({ ...planEvidence(id), enabled })
  const { data: changes } = useQuery({ ...planChanges(id), enabled })
  return enabled ? { evidence: waitingEvidence(evidence?.data.evidence), changes: waitingChanges(changes?.data.changes) } : { evidence: 0, changes: 0 }
}
