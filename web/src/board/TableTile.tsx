import { useTranslation } from 'react-i18next'
import { ChangeText, Figure } from '../kit/Figure'
import { askOf, askOfOther } from '../kit/trail'
import { useKeyName } from '../pages/figures/useDimension'
import type { BodyProps } from './TileBody'

/** Numbers by a dimension, each with what it changed by. */
export function TableTile({ answer }: BodyProps) {
  const { t } = useTranslation()
  const nameOf = useKeyName()
  const { unit, decimals, direction } = answer
  return (
    <div className="block-table" tabIndex={0} role="region" aria-label={t('board.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('board.name')}</th>
            <th scope="col" className="right">{t('figure.value')}</th>
            <th scope="col" className="right">{t('board.year-before')}</th>
          </tr>
        </thead>
        <tbody>
          {answer.groups.map((group) => (
            <tr key={group.keys.map(({ value }) => value ?? '').join('/')}>
              <th scope="row">{group.keys.length > 0 ? group.keys.map(nameOf).join(' · ') : t('board.whole')}</th>
              <td className="right">
                <Figure number={group.points.at(-1)} unit={unit} decimals={decimals} short ask={askOf(answer.metric, answer.period, group.keys, answer.only)} />
              </td>
              <td className="right">
                <ChangeText change={group.year_before} unit={unit} decimals={decimals} direction={direction} short ask={askOfOther(answer, group.year_before, group.keys)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
