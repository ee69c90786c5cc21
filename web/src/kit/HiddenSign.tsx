import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { type HiddenField, leavesNothing } from './hidden'
import { useWhyHidden } from './useWhyHidden'

/** What a table knows of a column whose values are not shown as they are. */
export interface HiddenColumn {
  place: number
  title: string
  fields: HiddenField[]
  /** The values are made of hidden ones, and are not such themselves. */
  isDerived: boolean
}

interface Props {
  column: HiddenColumn
  /** Nothing stands in the cell, so that the sign says why. */
  isEmpty: boolean
  /** The one of its column that the Tab key stops at; the arrow keys lead to the others. */
  isFirst: boolean
  onOpen: () => void
}

/** In a cell: that its value is masked or withheld, and the way to why and to asking for it. */
export function HiddenSign({ column, isEmpty, isFirst, onOpen }: Props) {
  const { t } = useTranslation()
  const whyHidden = useWhyHidden()
  const why = column.fields.flatMap((one) => whyHidden(one)).join(t('app.semicolon'))
  const word = t(isEmpty ? 'hidden.withheld' : wordOf(column))
  return (
    <button
      type="button"
      className={isEmpty ? 'hidden-sign hidden-sign-whole' : 'hidden-sign'}
      data-hidden={column.place}
      tabIndex={isFirst ? 0 : -1}
      title={`${word}${t('app.semicolon')}${why}`}
      aria-label={t('hidden.sign', { word, title: column.title })}
      aria-description={why}
      onClick={onOpen}
      onKeyDown={walk}
    >
      <span aria-hidden="true">{isEmpty ? '⊘' : '◐'}</span>
      {isEmpty && <span>{word}</span>}
    </button>
  )
}

/** What is said of the values of a column. */
export function wordOf({ fields, isDerived }: HiddenColumn): 'hidden.derived' | 'hidden.maybe' | 'hidden.masked' {
  if (isDerived) return 'hidden.derived'
  return fields.every((one) => one.isPartial) ? 'hidden.maybe' : 'hidden.masked'
}

/** Whether a cell of a column has nothing to show because it was taken away, and not because it lacks. */
export function isTakenAway(column: HiddenColumn, isNull: boolean): boolean {
  return isNull && column.fields.some(leavesNothing)
}

/** Up and down among the signs of one column, in a table or in its cards. */
function walk(event: KeyboardEvent<HTMLButtonElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const table = event.currentTarget.closest('table, .cards')
  if (!step || !table) return
  const all = [...table.querySelectorAll<HTMLButtonElement>(`[data-hidden="${event.currentTarget.dataset.hidden}"]`)]
  const next = all[all.indexOf(event.currentTarget) + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}
