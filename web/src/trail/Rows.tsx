import { useTranslation } from 'react-i18next'
import type { TrailStep } from '../api/trail'
import type { Answer, Cell } from '../api/types'
import { AnswerTable } from '../kit/AnswerTable'
import { periodOf } from '../kit/span'
import { useSpan } from '../kit/useSpan'
import { useWords } from '../kit/words'
import { useWorded } from '../pages/declared/worded'

const SHOWN = 10

/** The column that says the period of a row, and how long periods are. */
export interface Time {
  column: string
  grain: string
}

/** The rows that the number, or the step above, was made of: the first of them, and whether there are more. */
export function Rows({ step, time }: { step: TrailStep; time?: Time | undefined }) {
  const { t } = useTranslation()
  const titles = useTitles(step)
  const shown = beginning(withoutEmpty(step))
  const saidOf = useSaid(step, time)
  if (step.gone) return null
  if (step.rows.length === 0) return <p className="hint">{t(step.contributes ? 'trail.no-rows' : 'trail.only-decides')}</p>
  const label = t('trail.rows-of', { title: step.title ?? step.dataset })
  return (
    <>
      <p>
        <HowMany step={step} />
      </p>
      <AnswerTable label={label} answer={shown} titles={titles} pageSize={SHOWN} saidOf={saidOf} fieldsOf={(name) => [{ field: `${step.dataset}.${name}` }]} />
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

const PLACES = ['_batch', '_row']

/** Where a row came from stands first, so that it is in sight however many columns follow. */
export function beginning<C extends { name: string }>({ columns, rows }: { columns: C[]; rows: Cell[][] }): { columns: C[]; rows: Cell[][] } {
  const isFirst = (place: number) => PLACES.includes(columns[place]?.name ?? '')
  const order = [...columns.keys()].sort((one, other) => Number(isFirst(other)) - Number(isFirst(one)))
  const inOrder = <T,>(list: T[]) => order.flatMap((place) => list.slice(place, place + 1))
  return { columns: inOrder(columns), rows: rows.map(inOrder) }
}

/** What codes are called, and the period that a day stands for. */
function useSaid({ columns }: TrailStep, time: Time | undefined): (name: string, value: Cell) => string | undefined {
  const worded = useWorded()
  const span = useSpan()
  const codes = new Map(columns.map(({ name, codes: of }) => [name, of]))
  return (name, value) => {
    if (typeof value !== 'string') return undefined
    const called = codes.get(name)?.[value]
    if (called) return worded(called)
    return name === time?.column && time.grain !== 'day' ? span(periodOf(value, time.grain)) : undefined
  }
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
