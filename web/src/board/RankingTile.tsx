import { Figure } from '../kit/Figure'
import { valueOf } from '../kit/figure'
import { useKeyName } from '../pages/figures/useDimension'
import { askOf } from '../kit/trail'
import type { BodyProps } from './TileBody'

/** Groups by their size, with bars that begin at zero. */
export function RankingTile({ answer }: BodyProps) {
  const nameOf = useKeyName()
  const most = Math.max(0, ...answer.groups.map((group) => valueOf(group.points.at(-1)) ?? 0))
  return (
    <ol className="block-ranking">
      {answer.groups.map((group) => {
        const point = group.points.at(-1)
        const value = valueOf(point) ?? 0
        return (
          <li key={group.keys.map(({ value: key }) => key ?? '').join('/')}>
            <span className="ranking-name">{group.keys.map(nameOf).join(' · ')}</span>
            <svg className="ranking-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect className="bar-fill" width={most > 0 ? Math.max(0, (value / most) * 100) : 0} height="4" />
            </svg>
            <span className="ranking-value">
              <Figure number={point} unit={answer.unit} decimals={answer.decimals} short ask={askOf(answer.metric, answer.period, group.keys, answer.only)} />
            </span>
          </li>
        )
      })}
    </ol>
  )
}
