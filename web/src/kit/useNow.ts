import { useEffect, useState } from 'react'
import { now, onSet } from './clock'

/** The time, again every half minute, so that ages do not stand still on a page that stays open all day. */
export function useNow(): number {
  const [moment, setMoment] = useState(now)
  useEffect(() => {
    const look = () => setMoment(now())
    const timer = setInterval(look, 30_000)
    const leave = onSet(look)
    return () => {
      clearInterval(timer)
      leave()
    }
  }, [])
  return moment
}
