import { createContext, useContext } from 'react'
import type { MetricAnswer, MetricAsk, MetricChange, MetricGroup, MetricNumber } from '../api/metrics'
import type { TrailAsk } from '../api/trail'
import { valueOf } from './figure'

/** A number whose trail is wanted: what is asked to get it, and as which number it was shown. Where a paper names it, that is not known. */
export interface TrailWish {
  ask: TrailAsk
  number?: MetricNumber
}

/** Whether a number was shown as another one than its trail has, with so many digits. */
export function isOther(shown: MetricNumber | undefined, own: MetricNumber | undefined, decimals: number): boolean {
  if (!shown || !own) return false
  const told = (number: MetricNumber) => valueOf(number)?.toFixed(decimals)
  return told(shown) !== told(own)
}

/** Opens the trail of a number; absent where no drawer can open, such as on a wall. */
export const TrailContext = createContext<((wish: TrailWish) => void) | undefined>(undefined)

export function useTrail() {
  return useContext(TrailContext)
}

/** The question that has one number for its answer: the period and the values that it stands for, an empty one for data without. */
export function askOf(metric: string, period: string | null | undefined, keys: MetricGroup['keys'] = [], only: MetricAsk['only'] = {}): TrailAsk | undefined {
  if (!period) return undefined
  return { metric, period, only: { ...only, ...Object.fromEntries(keys.map(({ dimension, value }) => [dimension, [value ?? '']])) } }
}

/** The question that has the number for its answer that one of these groups is compared with: as much of that period. */
export function askOfOther({ metric, only }: Pick<MetricAnswer, 'metric' | 'only'>, change: MetricChange | null | undefined, keys: MetricGroup['keys'] = []): TrailAsk | undefined {
  const ask = askOf(metric, change?.period, keys, only)
  return ask && { ...ask, ...(change?.through && { until: change.through }) }
}
