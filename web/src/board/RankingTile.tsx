import { useTranslation } from 'react-i18next'
import { Figure } from '../kit/Figure'
import { valueOf } from '../kit/figure'
import { useKeyName } from '../pages/figures/useDimension'
import { askOf } from '../kit/trail'
import { useAreas } from '../kit/areas'
import { tileOf } from '../kit/cartogram'
import { useRoom } from './room'
import type { BodyProps } from './TileBody'
import { whyWithout, without } from './without'

/** Groups by their size, with bars that begin at zero. */
export function RankingTile({ answer, area, areas }: BodyProps) {
  const { t } = useTranslation()
  const nameOf = useKeyName()
  const { tiles } = useAreas()
  const most = Math.max(0, ...answer.groups.map((group) => valueOf(group.points.at(-1)) ?? 0))
  const lacking = without(answer, areas, area)
  const count = answer.groups.length + lacking.length
  const [place, shown] = useRoom<HTMLOListElement>(count, answer.groups_in_all > answer.groups.length, 'li')
  const others = answer.groups_in_all + lacking.length - shown
  return (
    <ol className="block-ranking" ref={place}>
      {answer.groups.slice(0, shown).map((group) => {
        const point = group.points.at(-1)
        const value = valueOf(point) ?? 0
        return (
          <li key={group.keys.map(({ value: key }) => key ?? '').join('/')}>
            <span className="ranking-name">{group.keys.map(nameOf).join(' · ')}</span>
            <svg className="ranking-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect className="bar-fill" width={most > 0 ? Math.max(0, (value / most) * 100) : 0} height="4" />
            </svg>
            <span className="ranking-value">
              <Figure number={point} unit={answer.unit} decimals={answer.decimals} ask={askOf(answer.metric, answer.period, group.keys, answer.only)} />
            </span>
          </li>
        )
      })}
      {lacking.slice(0, Math.max(0, shown - answer.groups.length)).map(({ code, name }) => (
        <li key={code}>
          <span className="ranking-name">{nameOf({ dimension: 'area', value: code, name: { zh: name } })}</span>
          <span />
          <span className="ranking-value hint">{t(whyWithout(tileOf(tiles, code)))}</span>
        </li>
      ))}
      {others > 0 && <li className="hint list-others">{t('board.others', { count: others })}</li>}
    </ol>
  )
}
