import Button from 'antd/es/button'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLargeText } from '../shell/Look'
import { type ChartSpec, axisFrom, compile, isLying } from './chart'
import { unitAfter } from './figure'
import * as format from './format'

interface Props {
  label: string
  spec: ChartSpec
  /** What stands over the names in the table. */
  names: string
  caption?: string
  /** What stands in a cell of the table in place of the number, such as one that opens its trail. */
  cell?: ((line: number, place: number) => ReactNode) | undefined
}

const ROW = 26

/** A picture, and under it the same as a table. */
export function Chart({ label, spec, names, caption, cell }: Props) {
  const { t, i18n } = useTranslation()
  const from = axisFrom(spec)
  const [isTable, setTable] = useState(false)
  return (
    <figure className="chart">
      <Picture label={label} spec={spec} />
      {(caption || from !== undefined) && (
        <figcaption className="hint">
          {caption} {from !== undefined && t('chart.axis-from', { from: format.short(from, i18n.language) })}
        </figcaption>
      )}
      <Button size="small" onClick={() => setTable(!isTable)} aria-expanded={isTable} className="no-print">
        {t(isTable ? 'trend.hide' : 'trend.show')}
      </Button>
      {isTable && <Values label={label} spec={spec} names={names} cell={cell} />}
    </figure>
  )
}

function Picture({ label, spec }: { label: string; spec: ChartSpec }) {
  const { t, i18n } = useTranslation()
  const { isLarge } = useLargeText()
  const place = useRef<HTMLDivElement>(null)
  const height = isLying(spec) ? Math.max(180, spec.x.length * spec.series.length * ROW + 60) : 260
  useEffect(() => {
    const holder = place.current
    if (!holder) return
    let isGone = false
    let tidy = () => {}
    void import('./echarts').then(({ init }) => {
      if (isGone) return
      const chart = init(holder, null, { renderer: 'svg', locale: i18n.language === 'en' ? 'EN' : 'ZH' })
      chart.setOption(compile(spec, { language: i18n.language, decal: isLarge, large: isLarge }))
      named(holder, label, t('app.colon'))
      const observer = new ResizeObserver(() => chart.resize())
      observer.observe(holder)
      tidy = () => {
        observer.disconnect()
        chart.dispose()
      }
    })
    return () => {
      isGone = true
      tidy()
    }
  }, [spec, label, t, i18n.language, isLarge])
  useEffect(() => place.current?.style.setProperty('height', `${height}px`), [height])
  return <div ref={place} className="chart-picture" />
}

/** The chart describes its data by itself; its name goes before. */
function named(holder: HTMLElement, label: string, colon: string) {
  const told = holder.getAttribute('aria-label')
  holder.setAttribute('role', 'img')
  holder.setAttribute('aria-label', told ? `${label}${colon}${told}` : label)
}

function Values({ label, spec, names, cell }: Omit<Props, 'caption'>) {
  const { i18n } = useTranslation()
  const shown = (value: number | null | undefined) =>
    typeof value === 'number' ? `${format.number(value, i18n.language)}${unitAfter(spec.unit ?? '')}` : '—'
  return (
    <table className="plain-table">
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">{names}</th>
          {spec.series.map((one) => (
            <th key={one.name} scope="col" className="right">
              {one.name}
            </th>
          ))}
          {spec.band && (
            <th scope="col" className="right">
              {spec.band.name}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {spec.x.map((name, place) => (
          <tr key={`${place}/${name}`}>
            <th scope="row">{name}</th>
            {spec.series.map((one, line) => (
              <td key={one.name} className="num right">
                {cell?.(line, place) ?? shown(one.values[place])}
              </td>
            ))}
            {spec.band && (
              <td className="num right">
                {typeof spec.band.low[place] === 'number' ? `${shown(spec.band.low[place])} – ${shown(spec.band.high[place])}` : '—'}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
