import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Chart } from './Chart'
import type { ChartSpec } from './chart'
import * as format from './format'

export interface Point {
  at: string
  value: number
}

/** A score over its last deliveries. */
export function Trend({ label, points }: { label: string; points: Point[] }) {
  const { t } = useTranslation()
  const score = t('dataset.score')
  const spec = useMemo<ChartSpec>(
    () => ({
      kind: 'line',
      x: points.map((point) => format.time(point.at)),
      series: [{ name: score, values: points.map((point) => Math.floor(point.value * 10) / 10) }],
      most: 100,
    }),
    [points, score],
  )
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return null
  if (points.length === 1) return <p className="hint">{t('trend.single', { last: format.score(last.value) })}</p>
  const summary = t('trend.summary', {
    count: points.length,
    first: format.score(first.value),
    last: format.score(last.value),
  })
  return <Chart label={label} spec={spec} names={t('batch.came')} caption={summary} />
}
