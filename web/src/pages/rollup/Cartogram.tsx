import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useWords } from '../../kit/words'
import { step, tiles } from './cartogram'

export interface Shown {
  value: number
  words: string
}

interface Props {
  label: string
  values: Map<string, Shown>
  most: number
}

/** The counties at a glance: the darker, the more. Each tile leads to its entries. */
export function Cartogram({ label, values, most }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <figure className="cartogram">
      <ul className="tiles" aria-label={label}>
        {tiles.map(({ code, column, row, width }) => {
          const shown = values.get(code)
          const shade = step(shown?.value, most)
          const name = word('division', code)
          return (
            <li key={code} className={`tile tile-at-${column}-${row} tile-wide-${width} tile-shade-${shade ?? 'none'}`}>
              <Link to={`/catalogue?division=${code}`}>
                <span className="tile-name">{name}</span>
                <span className="tile-value num">{shown?.words ?? t('rollup.gap')}</span>
              </Link>
            </li>
          )
        })}
      </ul>
      <figcaption className="hint">{t('rollup.picture')}</figcaption>
    </figure>
  )
}
