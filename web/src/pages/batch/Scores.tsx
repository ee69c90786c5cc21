import { useTranslation } from 'react-i18next'
import type { DimensionScore } from '../../api/types'
import * as format from '../../kit/format'
import { Num } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** The score along the dimensions of GB/T 36344. */
export function Scores({ scores }: { scores: DimensionScore[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <table className="plain-table">
      <caption className="visually-hidden">{t('score.dimensions')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('finding.dimension')}</th>
          <th scope="col" className="right">{t('score.rate')}</th>
          <th scope="col" className="right">{t('score.assessed')}</th>
          <th scope="col" className="right">{t('score.failed')}</th>
        </tr>
      </thead>
      <tbody>
        {scores.map((one) => (
          <tr key={one.dimension}>
            <th scope="row">{word('dimension', one.dimension)}</th>
            <td className="num right">
              {typeof one.pass_rate === 'number' ? format.share(one.pass_rate) : <span className="hint">{t('score.none')}</span>}
            </td>
            <td className="right"><Num value={one.assessed} /></td>
            <td className="right"><Num value={one.failed} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
