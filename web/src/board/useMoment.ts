import { useEffect, useState } from 'react'

const STEP = 10_000

/**
 * The clock of the browser, again every ten seconds. How long a line has been dead is told by it: the clock of the city may
 * stand, and is not known while nobody answers.
 */
export function useMoment(): number {
  const [moment, setMoment] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setMoment(Date.now()), STEP)
    return () => clearInterval(timer)
  }, [])
  return moment
}
