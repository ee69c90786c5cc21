import { useEffect, useState } from 'react'

/** The time, again every half minute, so that ages do not stand still on a page that stays open all day. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
