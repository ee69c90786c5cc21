import { useTranslation } from 'react-i18next'
import type { Answer, Cell } from '../api/types'
import { CellValue } from './CellValue'
import { type Column, DataTable } from './DataTable'
import { type HiddenColumn, isTakenAway, wordOf } from './HiddenSign'
import { Nothing } from './Loaded'
import { CellText } from './Text'
import type { HiddenField } from './hidden'
import { useHidden } from './useHidden'
import { useWhyDialog } from './useWhyDialog'
import { useWords } from './words'

interface Props {
  label: string
  answer: Pick<Answer, 'columns' | 'rows'>
  titles?: Map<string, string>
  pageSize?: number
  /** The fields that the values of a column come from. */
  fieldsOf?: (name: string, place: number) => Source[]
  /** What stands before a value, such as what a code is called. */
  saidOf?: ((name: string, value: Cell) => string | undefined) | undefined
  /** What the answer says of hidden fields; where it says nothing, it is looked up in what the reader may see. */
  told?: Map<string, HiddenField>
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
export function AnswerTable({ label, answer, titles, pageSize, fieldsOf, saidOf, told }: Props) {
  const { t } = useTranslation()
  const { type } = useWords()
  const known = useHidden()
  const hidden = told ?? known
  const { tellWhy, dialog } = useWhyDialog()
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
          <code className="code hint">{(titles?.get(column.name) ?? column.name) !== column.name ? column.name : type(column.type)}</code>
        </span>
      ),
      align: isNumber(column.type) ? 'right' : 'left',
      render: (line) => {
        const value = line.cells[place] ?? null
        const said = masked ? undefined : saidOf?.(column.name, value)
        return (
          <CellValue
            masked={masked}
            isEmpty={masked !== undefined && isTakenAway(masked, value === null)}
            isFirst={line.key % (pageSize ?? answer.rows.length) === 0}
            onWhy={tellWhy}
          >
            {said === undefined ? (
              <CellText value={value} />
            ) : (
              <>
                <span translate="no">{said}</span> <span className="hint"><CellText value={value} /></span>
              </>
            )}
          </CellValue>
        )
      },
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
      {dialog}
    </>
  )
}

function isNumber(type: string): boolean {
  return /^(integer|decimal|float|unsigned)/.test(type)
}
