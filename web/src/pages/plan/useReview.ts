import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import type { Told } from '../../api/call'
import { type Plan, type PlanReview, type PlanSentence, type PlanSentences, plan as planQuery, planSentences, reviewPlan } from '../../api/plans'
import { useDraft } from '../../kit/useDraft'
import { holding } from './holding'
import { type Work, type Works, isEmpty, isSame, noWork, toReview } from './review'

/** What somebody is writing in the review of a plan, kept as one draft, and the sending of what is decided. */
export function useReview(id: string, etag: string | undefined) {
  const queries = useQueryClient()
  const draft = useDraft<Works>(`plan.${id}`)
  const [written, setWritten] = useState<Works>()
  const works = written ?? draft.found ?? {}
  const write = (next: Works) => {
    setWritten(next)
    if (Object.keys(next).length > 0) draft.keep(next)
    else void draft.drop()
  }
  const workOn = (sentence: number) => works[sentence] ?? noWork
  const setWork = (sentence: number, work: Work) => {
    const { [sentence]: _, ...others } = works
    write(isEmpty(work) ? others : { ...others, [sentence]: work })
  }
  const taken = useTaken(id)
  const send = useMutation({
    mutationFn: ({ sentence, work }: { sentence: PlanSentence; work: Work }) =>
      withFresh(queries, id, etag, { sentences: [toReview(sentence, work)] }, (all) => isSame(all.sentences.find((one) => one.number === sentence.number), sentence)),
    onSuccess: (told, { sentence }) => {
      setWork(sentence.number, noWork)
      taken(told, sentence.number)
    },
  })
  return { draft, works, workOn, setWork, send }
}

/** Sends decisions that stand beside the sentences: answers to findings, units of points. */
export function useDecision(id: string, etag: string | undefined) {
  const queries = useQueryClient()
  const taken = useTaken(id)
  return useMutation({
    mutationFn: (review: PlanReview) => withFresh(queries, id, etag, review, () => false),
    onSuccess: (told) => taken(told),
  })
}

/** The plan is as the answer tells it; what else is known of it is read again. */
function useTaken(id: string) {
  const queries = useQueryClient()
  return useCallback(
    (told: Told<Plan>, sentence?: number) => {
      queries.setQueryData(planQuery(id).queryKey, told)
      if (sentence !== undefined) {
        queries.setQueryData(planSentences(id).queryKey, (before: PlanSentences | undefined) =>
          before && { ...before, sentences: before.sentences.map((one) => (one.number === sentence ? { ...one, verdict: 'accepted' } : one)) },
        )
      }
      void queries.invalidateQueries({ queryKey: ['plan', id, 'sentences'] })
      void queries.invalidateQueries({ queryKey: ['plan', id, 'history'] })
      void queries.invalidateQueries({ queryKey: ['plans'] })
    },
    [queries, id],
  )
}

/** A decision that holds where the sentences that it is about are as they were. */
function withFresh(queries: QueryClient, id: string, etag: string | undefined, review: PlanReview, holds: (all: PlanSentences) => boolean): Promise<Told<Plan>> {
  return holding(
    etag,
    (match) => reviewPlan(id, review, match),
    async () => {
      const all = await queries.fetchQuery({ ...planSentences(id), staleTime: 0 })
      const fresh = await queries.fetchQuery({ ...planQuery(id), staleTime: 0 })
      return { holds: holds(all), etag: fresh.etag }
    },
  )
}
