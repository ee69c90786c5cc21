import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ApiError } from '../../api/errors'
import { answers } from '../../api/metrics'
import type { Plan, PlanTask } from '../../api/plans'
import { type CountyActuals, countiesAsk, numbersOfCounties } from './counties'

/** What the metrics tell of each county, for the targets whose tasks are broken down to counties; asked in one request. */
export function useCountyActuals(plan: Plan, tasks: PlanTask[]): CountyActuals {
  const asked = useMemo(() => {
    const split = new Set(tasks.filter(({ of }) => of).map(({ target }) => target))
    return plan.targets.flatMap((target) => {
      const ask = split.has(target.number) ? countiesAsk(target) : undefined
      return ask ? [{ target, ask }] : []
    })
  }, [plan, tasks])
  const asks = asked.map(({ ask }) => ask)
  const { data } = useQuery({ ...answers(`plan.${plan.id}.counties`, asks), enabled: asks.length > 0 })
  return useMemo(
    () =>
      new Map(
        asked.flatMap(({ target, ask }, at) => {
          const answer = data?.[at]
          // Answers of before stand while new ones come; and what is counted in another unit is not compared.
          return answer && !(answer instanceof ApiError) && answer.metric === ask.metric && answer.unit === target.unit ? [[target.number, numbersOfCounties(answer)] as const] : []
        }),
      ),
    [asked, data],
  )
}
