import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import type { BoardArea } from '../api/boards'
import type { MetricAnswer } from '../api/metrics'
import { Press } from '../kit/Press'
import { useAreas } from '../kit/areas'
import { type Tile, extent, step, tileOf } from '../kit/cartogram'
import { alike, unitAfter, valueOf } from '../kit/figure'
import { askOf, useTrail } from '../kit/trail'
import { useWorded } from '../pages/declared/worded'
import { GAP, HIGH, WIDE, lettering } from './lettering'
import { whyWithout } from './without'

/** The frame of a chosen tile reaches over its edge. */
const EDGE = 2
/** Signs of a number with its unit on a whole tile. */
const SIGNS = 11

interface Props {
  answer: MetricAnswer
  label: MetricAnswer['title']
  area: string | undefined
  /** Those that the board can be opened for. */
  areas: BoardArea[]
  onArea?: ((code: string) => void) | undefined
}

/**
 * The counties and zones as tiles where they roughly lie: a diagram drawn by us, and no map. The name of a tile opens the board for
 * its area, and the number opens its trail.
 */
export function CountyMap({ answer, label, area, areas, onArea }: Props) {
  const { t, i18n } = useTranslation()
  const worded = useWorded()
  const { tiles, nameOf } = useAreas()
  const open = useTrail()
  const { unit, decimals } = answer
  const known = new Map(
    answer.groups.flatMap((group) => {
      const tile = tileOf(tiles, group.keys[0]?.value ?? '')
      const point = group.points.at(-1)
      const value = valueOf(point)
      return tile && point && value !== null ? [[tile.code, { keys: group.keys, point, value }] as const] : []
    }),
  )
  const values = [...known.values()].map(({ value }) => value)
  const write = alike(values, decimals, i18n.language)
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  // Shares lie close together; their shades begin at the least of them.
  const from = unit === '%' && values.length > 0 ? Math.min(...values) : least
  /** Why a tile has no number. A board that was opened for one area has the numbers of no other. */
  const whyNone = (tile: Tile) => (area !== undefined ? '' : t(whyWithout(tile)))
  const words = (tile: Tile) => {
    const value = known.get(tile.code)?.value
    return value === undefined ? whyNone(tile) : `${write(value)}${unitAfter(unit)}`
  }
  // A half tile has no room for a unit of several letters, which stands on the others, nor a whole one for a long word behind a long number.
  const hasRoom = (tile: Tile) => (tile.width === 1 ? unitAfter(unit).trim().length <= 1 : words(tile).length <= SIGNS)
  const shownIn = (tile: Tile) => {
    const value = known.get(tile.code)?.value
    return value === undefined || hasRoom(tile) ? words(tile) : write(value)
  }
  const { columns, rows } = extent(tiles)
  return (
    <svg className="county-map" viewBox={`${WIDE - EDGE} ${-EDGE} ${WIDE * columns + EDGE} ${HIGH * rows + EDGE}`} role="group" aria-label={t('board.map', { title: worded(label) })}>
      {tiles.map((tile) => {
        const { code, column, row, width } = tile
        const shown = known.get(code)
        const name = nameOf(code)
        const { lines, valueY, between } = lettering(name, width)
        const [left, top, wide] = [column * WIDE, row * HIGH, width * WIDE - GAP]
        const middle = left + wide / 2
        const isChosen = area !== undefined && (area === code || area === tile.unit)
        const own = areas.find((one) => one.code === code || one.code === tile.unit)?.code
        const choose = onArea && own !== undefined ? () => onArea(own) : undefined
        const ask = shown && askOf(answer.metric, answer.period, shown.keys, answer.only)
        const follow = open && ask ? () => open({ ask, number: shown.point }) : undefined
        const isZoneWithout = !shown && area === undefined && width === 1
        const upper = follow ? between : HIGH - GAP
        const lower = choose ? between : 0
        return (
          <Fragment key={code}>
            <g className={`county county-${step(shown?.value, most, from) ?? 'none'} ${isChosen ? 'county-chosen' : ''}`}>
              {isZoneWithout && <title>{`${name} ${t('board.not-apart-about')}`}</title>}
              <rect x={left} y={top} width={wide} height={HIGH - GAP} rx="3" />
              {lines.map(({ text, y }) => (
                <text key={y} x={middle} y={top + y} className={width === 1 ? 'county-name county-small' : 'county-name'}>
                  {text}
                </text>
              ))}
              <text x={middle} y={top + valueY} className={width === 1 ? 'county-value county-small' : 'county-value'}>
                {shownIn(tile)}
              </text>
            </g>
            {choose && (
              <Press label={`${name} ${isZoneWithout ? t('board.not-apart-about') : words(tile)}`.trim()} isPressed={isChosen} onPress={choose}>
                <rect x={left} y={top} width={wide} height={upper} rx="3" />
              </Press>
            )}
            {follow && (
              <Press label={`${name} ${words(tile)} ${t('trail.open')}`} opensDialog onPress={follow}>
                <rect x={left} y={top + lower} width={wide} height={HIGH - GAP - lower} rx="3" />
              </Press>
            )}
          </Fragment>
        )
      })}
    </svg>
  )
}
