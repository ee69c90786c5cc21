import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricNumber } from '../api/metrics'
import type { TrailAsk } from '../api/trail'
import { useTrail } from './trail'

interface Props {
  /** The question that has just this number for its answer; without it the number has no trail. */
  ask: TrailAsk | undefined
  /** As it is shown; the drawer asks for one that only a paper tells. */
  number?: MetricNumber
  /** Its tip, where that it opens is not all that there is to say. */
  title?: string
  children: ReactNode
}

/** A number that opens its trail when it is clicked, wherever a drawer can open. */
export function TrailButton({ ask, number, title, children }: Props) {
  const { t } = useTranslation()
  const open = useTrail()
  if (!ask || !open) return children
  return (
    <button type="button" className="figure-button" aria-haspopup="dialog" title={title ?? t('trail.open')} onClick={() => open({ ask, ...(number && { number }) })}>
      {children}
    </button>
  )
}
