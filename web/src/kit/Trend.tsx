import { useState } from 'react'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import * as format from './format'

export interface Point {
  at: string
  value: number
}

const WIDTH = 560
const HEIGHT = 120
const LEFT = 40
const TOP = 12
const BOTTOM = 22

/** A small picture of a score over its last deliveries, and the same as a table. */
export function Trend({ label, points }: { label: string; points: Point[] }) {
  const { t } = useTranslation()
  const [isTable, setTable] = useState(false)
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return null
  const summary =
    points.length === 1
      ? t('trend.single', { last: format.score(last.value) })
      : t('trend.summary', {
          count: points.length,
          first: format.score(first.value),
          last: format.score(last.value),
        })
  return (
    <figure className="trend">
      {points.length > 1 && <Picture label={`${label}：${summary}`} points={points} />}
      <figcaption className="hint">{summary}</figcaption>
      <Button size="small" onClick={() => setTable(!isTable)} aria-expanded={isTable} className="no-print">
        {t(isTable ? 'trend.hide' : 'trend.show')}
      </Button>
      {isTable && (
        <table className="plain-table">
          <caption className="visually-hidden">{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t('batch.came')}</th>
              <th scope="col">{t('dataset.score')}</th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.at}>
                <td>{format.time(point.at)}</td>
                <td className="num">{format.score(point.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </figure>
  )
}

function Picture({ label, points }: { label: string; points: Point[] }) {
  const floor = Math.max(0, Math.floor((Math.min(...points.map((point) => point.value)) - 5) / 10) * 10)
  const x = (index: number) => LEFT + (index * (WIDTH - LEFT - 10)) / (points.length - 1)
  const y = (value: number) => TOP + ((100 - value) / (100 - floor)) * (HEIGHT - TOP - BOTTOM)
  const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(point.value)}`).join('')
  const [first] = points
  const last = points.at(-1)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className="trend-picture">
      {[100, (100 + floor) / 2, floor].map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={WIDTH - 10} y1={y(value)} y2={y(value)} className="trend-line" />
          <text x={LEFT - 6} y={y(value) + 4} textAnchor="end" className="trend-text">
            {value}
          </text>
        </g>
      ))}
      <path d={path} className="trend-path" />
      {points.map((point, index) => (
        <circle key={point.at} cx={x(index)} cy={y(point.value)} r="3.5" className="trend-point">
          <title>{`${format.time(point.at)}  ${format.score(point.value)}`}</title>
        </circle>
      ))}
      <text x={LEFT} y={HEIGHT - 5} className="trend-text">
        {first && format.time(first.at).slice(0, 10)}
      </text>
      <text x={WIDTH - 10} y={HEIGHT - 5} textAnchor="end" className="trend-text">
        {last && format.time(last.at).slice(0, 10)}
      </text>
    </svg>
  )
}
