import { useTranslation } from 'react-i18next'
import type { MetricChange, MetricNumber } from '../api/metrics'
import type { TrailAsk } from '../api/trail'
import { brief, exact, isFlat, tone, unitAfter, valueOf } from './figure'
import { TrailButton } from './TrailButton'
import { useSpan } from './useSpan'
import { useWords } from './words'

interface Props {
  number: MetricNumber | null | undefined
  unit: string
  decimals: number
  /** Where little fits: `12.3万` with the exact number as its tip. */
  short?: boolean
  /** The unit stands elsewhere. */
  bare?: boolean
  /** The question that has just this number for its answer; with it the number opens its trail. */
  ask?: TrailAsk | undefined
}

/** The number of a metric, or why there is none. A click on it walks to where it comes from. */
export function Figure({ ask, ...shown }: Props) {
  const { number } = shown
  if (!number || valueOf(number) === null) return <Plain {...shown} />
  return (
    <TrailButton ask={ask} number={number}>
      <Plain {...shown} />
    </TrailButton>
  )
}

function Plain({ number, unit, decimals, short, bare }: Props) {
  const { i18n } = useTranslation()
  const { word } = useWords()
  const value = valueOf(number)
  if (value === null) return <span className="hint">{word('figure-state', number?.state ?? 'missing')}</span>
  const full = exact(value, decimals, i18n.language)
  const shown = short ? brief(value, decimals, i18n.language) : full
  return (
    <span className="num" {...(shown !== full && { title: `${full}${unitAfter(unit)}` })}>
      {shown}
      {!bare && unitAfter(unit)}
    </span>
  )
}

interface ChangeProps {
  change: MetricChange | null | undefined
  unit: string
  decimals: number
  direction: string
  /** Against what, in words; the tip says the other period and its number. */
  children?: string
  /** The share alone, where there is one. */
  short?: boolean
  /** The question that has the other number for its answer; with it the change opens the trail of that one. */
  ask?: TrailAsk | undefined
}

/** How a number differs from that of another time. The arrow is its sign, and the colour says the same. */
export function ChangeText({ change, unit, decimals, direction, short, ask, children }: ChangeProps) {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const span = useSpan()
  if (!change) return <span className="hint">{children ? `${children} ` : ''}—</span>
  const by = change.change
  const other = valueOf(change)
  const tip = other === null ? span(change.period) : `${span(change.through ?? change.period)} ${exact(other, decimals, i18n.language)}${unitAfter(unit)}`
  // The other number is told, and can be followed, also where what lies between them would be of something else.
  if (typeof by !== 'number' && change.why === 'areas-missing' && other !== null) {
    return (
      <span title={tip} className="change">
        {children && <span className="hint">{children} </span>}
        <TrailButton ask={ask} number={change} title={t('trail.of-other', { number: tip })}>
          <span className="num hint">
            {!short && `${exact(other, decimals, i18n.language)}${unitAfter(unit)} `}
            {word('figure-why', change.why)}
          </span>
        </TrailButton>
      </span>
    )
  }
  if (typeof by !== 'number') {
    return (
      <span className="hint" title={tip}>
        {children ? `${children} ` : ''}
        {word('figure-why', change.why)}
      </span>
    )
  }
  const places = unit === '%' ? Math.max(1, decimals) : decimals
  const amount = `${exact(Math.abs(by), places, i18n.language)}${unit === '%' ? ` ${t('figure.points')}` : unitAfter(unit)}`
  const share = unit !== '%' && typeof change.percent === 'number' ? `${exact(Math.abs(change.percent), 1, i18n.language)}%` : undefined
  // What is shown says whether it went up or down: a red arrow beside 0.0 would be no news.
  const hasMoved = short && share !== undefined ? !isFlat(change.percent ?? 0, 1) : !isFlat(by, places)
  const arrow = !hasMoved ? '→' : by > 0 ? '↑' : '↓'
  const told = (
    <span className={`num change-${(hasMoved ? tone(change, direction) : undefined) ?? 'plain'}`}>
      {arrow} {short && share !== undefined ? share : amount}
      {!short && share !== undefined && ` (${share})`}
    </span>
  )
  return (
    <span title={tip} className="change">
      {children && <span className="hint">{children} </span>}
      <TrailButton ask={other === null ? undefined : ask} number={change} title={t('trail.of-other', { number: tip })}>
        {told}
      </TrailButton>
    </span>
  )
}
