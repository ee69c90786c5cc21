import { useQuery } from '@tanstack/react-query'
import { answers } from '../../api/metrics'
import { ApiError } from '../../api/errors'
import type { Plan, PlanTarget } from '../../api/plans'
import { type Foreseen, forecastAsk, foreseen } from './forecast'

/** What the metrics foresee for the targets that are bound to them, asked in one request. */
export function useForecasts(plan: Plan): Map<number, Foreseen> {
  const asked = plan.targets.flatMap((target): [PlanTarget, ReturnType<typeof forecastAsk> & object][] => {
    const ask = forecastAsk(target)
    return ask ? [[target, ask]] : []
  })
  const { data = [] } = useQuery({ ...answers(`plan.${plan.id}`, asked.map(([, ask]) => ask)), enabled: asked.length > 0 })
  const found = new Map<number, Foreseen>()
  asked.forEach(([target, ask], at) => {
    const answer = data[at]
    // Answers of before stand while new ones come.
    const seen = answer instanceof ApiError || answer?.metric !== ask.metric ? undefined : foreseen(target, answer)
    if (seen) found.set(target.number, seen)
  })
  return found
}
