import { useTranslation } from 'react-i18next'
import { Link, type To } from 'react-router'
import { useAreas } from './areas'
import { extent, step } from './cartogram'

export interface Shown {
  value: number
  words: string
}

interface Props {
  label: string
  /** By code of a division. */
  values: Map<string, Shown>
  most: number
  least?: number
  to: (code: string) => To
  caption: string
  /** A zone without a number of its own is within that of its county, and no gap. */
  zonesMayLack?: boolean
}

/** The counties at a glance: the darker, the more. Each tile leads on. */
export function Cartogram({ label, values, most, least = 0, to, caption, zonesMayLack = false }: Props) {
  const { t } = useTranslation()
  const { tiles, nameOf } = useAreas()
  return (
    <figure className="cartogram">
      <ul className="tiles" aria-label={label} style={{ gridTemplateColumns: `repeat(${extent(tiles).columns}, minmax(0, 1fr))` }}>
        {tiles
          .filter(({ code, width }) => width === 2 || !zonesMayLack || values.has(code))
          .map(({ code, column, row, width }) => {
            const shown = values.get(code)
            const shade = step(shown?.value, most, least)
            return (
              <li key={code} className={`tile tile-wide-${width} tile-shade-${shade ?? 'none'}`} style={{ gridArea: `${row + 1} / ${column} / auto / span ${width}` }}>
                <Link to={to(code)}>
                  <span className="tile-name">{nameOf(code)}</span>
                  <span className="tile-value num">{shown?.words ?? t('rollup.gap')}</span>
                </Link>
              </li>
            )
          })}
      </ul>
      <figcaption className="hint">{caption}</figcaption>
    </figure>
  )
}
