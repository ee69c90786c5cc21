import { useTranslation } from 'react-i18next'
import type { TrailStep } from '../api/trail'
import type { Answer, Cell } from '../api/types'
import { AnswerTable } from '../kit/AnswerTable'
import { useWords } from '../kit/words'

const SHOWN = 10

/** The rows that the number, or the step above, was made of: the first of them, and whether there are more. */
export function Rows({ step }: { step: TrailStep }) {
  const { t } = useTranslation()
  const titles = useTitles(step)
  const shown = withoutEmpty(step)
  if (step.gone) return null
  if (step.rows.length === 0) return <p className="hint">{t(step.contributes ? 'trail.no-rows' : 'trail.only-decides')}</p>
  const label = t('trail.rows-of', { title: step.title ?? step.dataset })
  return (
    <>
      <p>
        <HowMany step={step} />
      </p>
      <AnswerTable label={label} answer={shown} titles={titles} pageSize={SHOWN} fieldsOf={(name) => [{ field: `${step.dataset}.${name}` }]} />
    </>
  )
}

/** Cells that no column took are shown only where there are some. */
function withoutEmpty({ columns, rows: all }: TrailStep): Pick<Answer, 'columns' | 'rows'> {
  const rows = all as Cell[][]
  const extra = columns.findIndex(({ name }) => name === '_extra')
  if (extra < 0 || rows.some((row) => row[extra] !== null)) return { columns, rows }
  const kept = <T,>(list: T[]) => list.filter((_, place) => place !== extra)
  return { columns: kept(columns), rows: rows.map(kept) }
}

function HowMany({ step: { rows, more, count } }: { step: TrailStep }) {
  const { t } = useTranslation()
  if (typeof count === 'number' && count > rows.length) return t('trail.first-of', { shown: rows.length, count })
  return more ? t('trail.first', { count: rows.length }) : t('trail.all', { count: rows.length })
}

/** Columns by their titles; the two that say where a row came from have words of their own. */
function useTitles({ columns, origin }: TrailStep): Map<string, string> {
  const { word } = useWords()
  const { i18n } = useTranslation()
  const isModel = origin === 'model'
  return new Map(
    columns.map(({ name, title }) => {
      if (name === '_batch' || name === '_row') return [name, word('trail-column', `${name.slice(1)}${isModel ? '-of-model' : ''}`)]
      return [name, (i18n.language === 'zh-CN' && title) || name]
    }),
  )
}
