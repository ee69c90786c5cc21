import { useTranslation } from 'react-i18next'
import type { MetricAnswer } from '../api/metrics'
import { type Tile, step, tileOf, tiles } from '../kit/cartogram'
import { brief, unitAfter, valueOf } from '../kit/figure'
import { useWorded } from '../pages/declared/worded'
import { useWords } from '../kit/words'

/** A half tile, in units of the picture. */
const WIDE = 50
const HIGH = 62
const GAP = 3
/** The frame of a chosen tile reaches over its edge. */
const EDGE = 2

interface Props {
  answer: MetricAnswer
  label: MetricAnswer['title']
  area: string | undefined
  onArea?: ((code: string) => void) | undefined
}

/** The counties and zones as tiles where they roughly lie: a diagram drawn by us, and no map. */
export function CountyMap({ answer, label, area, onArea }: Props) {
  const { t, i18n } = useTranslation()
  const worded = useWorded()
  const { word } = useWords()
  const known = new Map(
    answer.groups.flatMap((group) => {
      const key = group.keys[0]?.value ?? ''
      const tile = tileOf(key)
      const value = valueOf(group.points.at(-1))
      return tile && value !== null ? [[tile.code, { key, value }] as const] : []
    }),
  )
  const values = [...known.values()].map(({ value }) => value)
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  // Shares lie close together; their shades begin at the least of them.
  const from = answer.unit === '%' && values.length > 0 ? Math.min(...values) : least
  const shown = tiles.filter(({ code, width }) => width === 2 || known.has(code))
  const words = (tile: Tile) => {
    const value = known.get(tile.code)?.value
    // A board that was opened for one area has the numbers of no other.
    if (value === undefined && area !== undefined) return ''
    return value === undefined ? t('figure.no-data') : `${brief(value, answer.decimals, i18n.language)}${unitAfter(answer.unit)}`
  }
  // A half tile has no room for a unit of several letters, which stands on the others.
  const shownIn = (tile: Tile) => (tile.width === 1 && answer.unit.length > 1 ? words(tile).replace(unitAfter(answer.unit), '') : words(tile))
  return (
    <svg className="county-map" viewBox={`${WIDE - EDGE} ${-EDGE} ${WIDE * 6 + EDGE} ${HIGH * 5 + EDGE}`} role="group" aria-label={t('board.map', { title: worded(label) })}>
      {shown.map((tile) => {
        const { code, column, row, width } = tile
        const value = known.get(code)
        const name = word('division', code)
        const [left, wide] = [column * WIDE, width * WIDE - GAP]
        const middle = left + wide / 2
        const isChosen = area !== undefined && (area === code || area === tile.unit)
        const choose = onArea && (() => onArea(value?.key ?? code))
        return (
          <g
            key={code}
            className={`county county-${step(value?.value, most, from) ?? 'none'} ${isChosen ? 'county-chosen' : ''}`}
            {...(choose && {
              role: 'button', tabIndex: 0, 'aria-pressed': isChosen, 'aria-label': `${name} ${words(tile)}`, onClick: choose,
              onKeyDown: (event: React.KeyboardEvent) => {
                if (event.key !== 'Enter' && event.key !== ' ') return
                event.preventDefault()
                choose()
              },
            })}
          >
            <rect x={left} y={row * HIGH} width={wide} height={HIGH - GAP} rx="3" />
            <text x={middle} y={row * HIGH + 24} className={width === 1 ? 'county-name county-small' : 'county-name'}>
              {name}
            </text>
            <text x={middle} y={row * HIGH + 46} className={width === 1 ? 'county-value county-small' : 'county-value'}>
              {shownIn(tile)}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
