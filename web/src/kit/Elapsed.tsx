import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as format from './format'

/** How long something has been going on, once it is more than a second. */
export function Elapsed({ since }: { since: number }) {
  const { i18n } = useTranslation()
  const [now, setNow] = useState(since)
  useEffect(() => {
    const from = performance.now()
    const timer = setInterval(() => setNow(since + performance.now() - from), 500)
    return () => clearInterval(timer)
  }, [since])
  const seconds = Math.floor((now - since) / 1000)
  return seconds < 1 ? null : <span className="num hint">{format.elapsed(seconds * 1000, i18n.language)}</span>
}
