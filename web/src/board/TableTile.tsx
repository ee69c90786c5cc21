import { useTranslation } from 'react-i18next'
import { ChangeText, Figure } from '../kit/Figure'
import { askOf, askOfOther } from '../kit/trail'
import { useKeyName } from '../pages/figures/useDimension'
import { useAreas } from '../kit/areas'
import { tileOf } from '../kit/cartogram'
import { useRoom } from './room'
import type { BodyProps } from './TileBody'
import { whyWithout, without } from './without'

/** Numbers by a dimension, each with what it changed by. */
export function TableTile({ answer, area, areas }: BodyProps) {
  const { t } = useTranslation()
  const nameOf = useKeyName()
  const { tiles } = useAreas()
  const { unit, decimals, direction } = answer
  const lacking = without(answer, areas, area)
  const [place, shown] = useRoom<HTMLDivElement>(answer.groups.length + lacking.length, answer.groups_in_all > answer.groups.length, 'tbody tr', 'thead')
  const others = answer.groups_in_all + lacking.length - shown
  return (
    <div className="block-table" ref={place} tabIndex={0} role="region" aria-label={t('board.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('board.name')}</th>
            <th scope="col" className="right">{t('figure.value')}</th>
            <th scope="col" className="right">{t('board.year-before')}</th>
          </tr>
        </thead>
        <tbody>
          {answer.groups.slice(0, shown).map((group) => (
            <tr key={group.keys.map(({ value }) => value ?? '').join('/')}>
              <th scope="row">{group.keys.length > 0 ? group.keys.map(nameOf).join(' · ') : t('board.whole')}</th>
              <td className="right">
                <Figure number={group.points.at(-1)} unit={unit} decimals={decimals} ask={askOf(answer.metric, answer.period, group.keys, answer.only)} />
              </td>
              <td className="right">
                <ChangeText change={group.year_before} unit={unit} decimals={decimals} direction={direction} short ask={askOfOther(answer, group.year_before, group.keys)} />
              </td>
            </tr>
          ))}
          {lacking.slice(0, Math.max(0, shown - answer.groups.length)).map(({ code, name }) => (
            <tr key={code}>
              <th scope="row">{nameOf({ dimension: 'area', value: code, name: { zh: name } })}</th>
              <td className="right hint">{t(whyWithout(tileOf(tiles, code)))}</td>
              <td />
            </tr>
          ))}
          {others > 0 && (
            <tr>
              <th scope="row" colSpan={3} className="hint">{t('board.others', { count: others })}</th>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}
