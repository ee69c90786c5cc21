import { type KeyboardEvent, memo, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricAnswer } from '../api/metrics'
import { exact, unitAfter, valueOf } from '../kit/figure'
import * as format from '../kit/format'
import { Press } from '../kit/Press'
import { type TrailWish, askOf, useTrail } from '../kit/trail'
import { useSpan } from '../kit/useSpan'
import { useKeyName } from '../pages/figures/useDimension'
import { type Area, type Spot, drawn, edges } from './drawn'
import type { BodyProps } from './TileBody'

/** More lines than colours cannot be told apart. */
const MOST_LINES = 6

/** Numbers over time. */
export function TrendTile({ tile, answer, area: of }: BodyProps) {
  const place = useRef<HTMLDivElement>(null)
  const [area, setArea] = useState<Area>({ width: 0, height: 0, letter: 11 })
  useLayoutEffect(() => {
    const holder = place.current
    if (!holder) return
    const measure = () => setArea({ width: holder.clientWidth, height: holder.clientHeight, letter: parseFloat(getComputedStyle(holder).fontSize) })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(holder)
    return () => observer.disconnect()
  }, [])
  const groups = answer.groups.slice(0, MOST_LINES)
  return (
    <div className="block-trend">
      {groups.length > 1 && <Legend groups={groups} />}
      <div ref={place} className="trend-place">
        <Picture answer={answer} draw={tile.draw ?? 'line'} area={area} withTarget={of === undefined} />
      </div>
      <Values answer={answer} />
    </div>
  )
}

function Legend({ groups }: { groups: MetricAnswer['groups'] }) {
  const nameOf = useKeyName()
  return (
    <ul className="trend-legend">
      {groups.map((group, place) => (
        <li key={place} className={`line-${place}`}>
          <span aria-hidden="true" className="trend-mark" /> {group.keys.map(nameOf).join(' · ')}
        </li>
      ))}
    </ul>
  )
}

interface PictureProps {
  answer: MetricAnswer
  draw: string
  area: Area
  /** The target of the whole city says nothing of one county. */
  withTarget: boolean
}

const Picture = memo(function Picture({ answer, draw, area, withTarget }: PictureProps) {
  const { t, i18n } = useTranslation()
  const span = useSpan()
  const open = useTrail()
  const groups = answer.groups.slice(0, MOST_LINES)
  const picture = useMemo(
    () => drawn(answer.groups.slice(0, MOST_LINES).map(({ points }) => points.map(valueOf)), withTarget ? answer.target?.value : undefined, draw, area),
    [answer, draw, area, withTarget],
  )
  if (!picture) return null
  const { width, height, letter } = area
  const edge = edges(area)
  const points = groups[0]?.points ?? []
  const barsOf = Math.max(1, groups.length)
  return (
    <svg width={width} height={height} className="trend-svg" {...(open ? { role: 'group', 'aria-label': t('figure.series') } : { 'aria-hidden': true })}>
      <g aria-hidden="true">
        {picture.ticks.map(({ value, y }) => (
          <g key={value}>
            <line className="trend-line-of-tick" x1={edge.left} x2={width - edge.right} y1={y} y2={y} />
            <text className="trend-words trend-tick" x={edge.left - letter * 0.5} y={y + letter * 0.35}>
              {format.short(value, i18n.language)}
            </text>
          </g>
        ))}
        {picture.areas.map((path, place) => (
          <path key={place} d={path} className={`trend-area line-${place}`} />
        ))}
        {picture.bars.map((bar, place) => (
          <rect key={place} {...bar} className={`trend-bar line-${Math.floor(place / (picture.bars.length / barsOf))}`} />
        ))}
        {picture.lines.map((path, place) => (
          <path key={place} d={path} className={`trend-path line-${place}`} />
        ))}
        {picture.ends.map(({ x, y }, place) => (
          <circle key={place} cx={x} cy={y} r="4" className={`trend-end line-${place}`} />
        ))}
        {picture.targetY !== undefined && <line className="trend-target" x1={edge.left} x2={width - edge.right} y1={picture.targetY} y2={picture.targetY} />}
        {picture.names.map(({ place, x }) => (
          <text key={place} className={`trend-words trend-name ${place === points.length - 1 ? 'trend-name-last' : place === 0 ? 'trend-name-first' : ''}`} x={x} y={height - letter * 0.45}>
            {span(points[place]?.period)}
          </text>
        ))}
      </g>
      {open && <Spots answer={answer} spots={picture.spots} open={open} />}
    </svg>
  )
})

interface SpotsProps {
  answer: MetricAnswer
  spots: Spot[]
  open: (wish: TrailWish) => void
}

/** Every number opens its trail. On the keyboard they are one stop, and the arrows go from one to the next. */
function Spots({ answer, spots, open }: SpotsProps) {
  const { i18n } = useTranslation()
  const span = useSpan()
  const nameOf = useKeyName()
  const place = useRef<SVGGElement>(null)
  const [current, setCurrent] = useState(Infinity)
  const last = spots.length - 1
  const chosen = Math.min(current, last)
  const { unit, decimals } = answer
  const move = (event: KeyboardEvent) => {
    const to = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    place.current?.querySelectorAll<SVGGElement>('.press').item(Math.max(0, Math.min(last, to)))?.focus()
  }
  return (
    <g ref={place} onKeyDown={move}>
      {spots.map(({ line, place: at, ...area }, index) => {
        const group = answer.groups[line]
        const point = group?.points[at]
        const ask = point && askOf(answer.metric, point.period, group?.keys, answer.only)
        const value = valueOf(point)
        if (!point || !ask || value === null) return null
        const names = [span(point.period), ...(group?.keys ?? []).map(nameOf), `${exact(value, decimals, i18n.language)}${unitAfter(unit)}`]
        return (
          <Press
            key={`${line}/${point.period}`}
            label={names.join(' ')}
            tabIndex={index === chosen ? 0 : -1}
            opensDialog
            onFocus={() => setCurrent(index)}
            onPress={() => open({ ask, number: point })}
          >
            <rect {...area} />
          </Press>
        )
      })}
    </g>
  )
}

/** The same numbers for those who do not see the picture. */
function Values({ answer }: { answer: MetricAnswer }) {
  const { t, i18n } = useTranslation()
  const span = useSpan()
  const nameOf = useKeyName()
  return (
    <table className="visually-hidden">
      <caption>{t('figure.series')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('figure.period')}</th>
          {answer.groups.map((group, place) => (
            <th key={place} scope="col">
              {group.keys.length > 0 ? group.keys.map(nameOf).join(' · ') : t('figure.value')}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {answer.groups[0]?.points.map((point, place) => (
          <tr key={point.period}>
            <th scope="row">{span(point.period)}</th>
            {answer.groups.map(({ points }, line) => {
              const value = valueOf(points[place])
              return <td key={line}>{value === null ? t('figure.no-data') : `${exact(value, answer.decimals, i18n.language)}${unitAfter(answer.unit)}`}</td>
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
