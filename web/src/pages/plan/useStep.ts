import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Plan, type PlanNode, plan as planQuery, planTasks, stepNode } from '../../api/plans'
import { type Seen, holding, seenAgain } from './holding'

export type Step = Parameters<typeof stepNode>[2]

const stateOf = (node: PlanNode) => [node.begun?.at, node.finished?.by.at]

/**
 * Moves a node on as it was seen. Where somebody else was faster, the node as they left it is told, and is what is seen from then
 * on; a node that only stands in another revision of the plan is moved on all the same.
 */
export function useStep(plan: Plan, onDone: () => void | Promise<void>, onSeen: (seen: Seen<PlanNode>) => void) {
  const queries = useQueryClient()
  /** The node as somebody else left it. */
  const [other, setOther] = useState<PlanNode>()
  const look = async (seen: Seen<PlanNode>) => {
    const { data, etag } = await queries.fetchQuery({ ...planTasks(plan.id), staleTime: 0 })
    const now = data.tasks.flatMap(({ nodes }) => nodes).find(({ id }) => id === seen.about.id)
    const looked = seenAgain(seen, now, etag, stateOf)
    setOther(looked.holds ? undefined : now)
    onSeen(looked.seen)
    return { holds: looked.holds, etag }
  }
  const step = useMutation({
    mutationFn: async ({ seen, prepare }: { seen: Seen<PlanNode>; prepare: () => Step | Promise<Step> }) => {
      setOther(undefined)
      const what = await prepare()
      return holding(seen.etag, (match) => stepNode(plan.id, seen.about.id, what, match), () => look(seen))
    },
    onSuccess: async (told) => {
      queries.setQueryData(planQuery(plan.id).queryKey, told)
      await onDone()
    },
    onError: async (_, { seen }) => {
      await look(seen)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
  return { step, other }
}
