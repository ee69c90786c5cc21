import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer, Cell } from '../api/types'
import { type Column, DataTable } from './DataTable'
import { type HiddenColumn, HiddenSign, isTakenAway, wordOf } from './HiddenSign'
import { Nothing } from './Loaded'
import { CellText } from './Text'
import { useHidden } from './useHidden'
import { useWords } from './words'

const HiddenDialog = lazy(() => import('./HiddenDialog'))

interface Props {
  label: string
  answer: Pick<Answer, 'columns' | 'rows'>
  titles?: Map<string, string>
  pageSize?: number
  /** The fields that the values of a column come from. */
  fieldsOf?: (name: string, place: number) => Source[]
}

/** A field, as `dataset.column`, and whether it goes into the values of a column in another form. */
interface Source {
  field: string
  isDerived?: boolean
}

interface Line {
  key: number
  cells: Cell[]
}

/**
 * Rows of an answer as they are: types under the names, numbers to the right, no value shown as anything but text. A cell whose value
 * is masked or withheld says so, with the way to why.
 */
export function AnswerTable({ label, answer, titles, pageSize, fieldsOf }: Props) {
  const { t } = useTranslation()
  const { type } = useWords()
  const hidden = useHidden()
  const [open, setOpen] = useState<HiddenColumn>()
  const hiddenAt = (name: string, place: number): HiddenColumn | undefined => {
    const sources = (fieldsOf?.(name, place) ?? []).filter(({ field }) => hidden.has(field))
    const fields = [...new Set(sources.map(({ field }) => field))].flatMap((field) => hidden.get(field) ?? [])
    const isDerived = sources.every((one) => one.isDerived)
    return fields.length > 0 ? { place, title: titles?.get(name) ?? name, fields, isDerived } : undefined
  }
  const columns: Column<Line>[] = answer.columns.map((column, place) => {
    const masked = hiddenAt(column.name, place)
    return {
      key: `${place}/${column.name}`,
      title: (
        <span className="head-two">
          <span>
            <span translate="no">{titles?.get(column.name) ?? column.name}</span>
            {masked && <span className="hidden-mark"> {t(wordOf(masked))}</span>}
          </span>
          <code className="code hint">{titles && titles.get(column.name) !== column.name ? column.name : type(column.type)}</code>
        </span>
      ),
      align: isNumber(column.type) ? 'right' : 'left',
      render: (line) => (
        <Value
          value={line.cells[place] ?? null}
          masked={masked}
          isFirst={line.key % (pageSize ?? answer.rows.length) === 0}
          onOpen={() => setOpen(masked)}
        />
      ),
    }
  })
  return (
    <>
      <DataTable
        wide
        dense
        label={label}
        columns={columns}
        rows={answer.rows.map((cells, key) => ({ key, cells }))}
        rowKey={(line) => line.key}
        {...(pageSize !== undefined && { pageSize })}
        empty={<Nothing title={t('answer.no-rows')} />}
      />
      {open && (
        <Suspense>
          <HiddenDialog title={open.title} fields={open.fields} onClose={() => setOpen(undefined)} />
        </Suspense>
      )}
    </>
  )
}

interface ValueProps {
  value: Cell
  masked: HiddenColumn | undefined
  isFirst: boolean
  onOpen: () => void
}

function Value({ value, masked, isFirst, onOpen }: ValueProps) {
  const isEmpty = masked !== undefined && isTakenAway(masked, value === null)
  return (
    <span className="cell-value">
      {!isEmpty && (
        <span className="clip-cell">
          <CellText value={value} />
        </span>
      )}
      {masked && <HiddenSign column={masked} isEmpty={isEmpty} isFirst={isFirst} onOpen={onOpen} />}
    </span>
  )
}

function isNumber(type: string): boolean {
  return /^(integer|decimal|float|unsigned)/.test(type)
}
