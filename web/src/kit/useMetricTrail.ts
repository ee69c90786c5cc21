import { useQueryClient } from '@tanstack/react-query'
import { answers } from '../api/metrics'
import { askOf, useTrail } from './trail'

/** Opens the trail of a metric for a period, with its number as it is now; `undefined` where no drawer can open. */
export function useMetricTrail(): ((metric: string, period: string) => Promise<void>) | undefined {
  const queries = useQueryClient()
  const open = useTrail()
  if (!open) return undefined
  return async (metric, period) => {
    const ask = askOf(metric, period)
    if (!ask) return
    try {
      const [answer] = await queries.fetchQuery(answers(metric, [ask]))
      const point = answer && !(answer instanceof Error) ? answer.groups[0]?.points.at(-1) : undefined
      open({ ask, ...(point && { number: point }) })
    } catch {
      // The drawer asks for itself, and says what fails.
      open({ ask })
    }
  }
}
