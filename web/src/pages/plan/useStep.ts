import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Plan, type PlanNode, plan as planQuery, planTasks, stepNode } from '../../api/plans'
import { holding, isAsTold } from './holding'

export type Step = Parameters<typeof stepNode>[2]

const stateOf = (node: PlanNode | undefined) => [node?.begun?.at, node?.finished?.by.at]

/**
 * Moves a node on as it was seen. Where somebody else was faster, the node as they left it is told; a node that only stands in
 * another revision of the plan is moved on all the same.
 */
export function useStep(plan: Plan, etag: string | undefined, onDone: () => void | Promise<void>) {
  const queries = useQueryClient()
  /** The node as somebody else left it. */
  const [other, setOther] = useState<PlanNode>()
  const look = async (node: PlanNode) => {
    const fresh = await queries.fetchQuery({ ...planTasks(plan.id), staleTime: 0 })
    const same = fresh.data.tasks.flatMap(({ nodes }) => nodes).find(({ id }) => id === node.id)
    const holds = !same || isAsTold(stateOf(same), stateOf(node))
    setOther(holds ? undefined : same)
    return { holds, etag: fresh.etag }
  }
  const step = useMutation({
    mutationFn: async ({ node, prepare }: { node: PlanNode; prepare: () => Step | Promise<Step> }) => {
      setOther(undefined)
      const what = await prepare()
      return holding(etag, (match) => stepNode(plan.id, node.id, what, match), () => look(node))
    },
    onSuccess: async (told) => {
      queries.setQueryData(planQuery(plan.id).queryKey, told)
      await onDone()
    },
    onError: async (_, { node }) => {
      await look(node)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
  return { step, other }
}
