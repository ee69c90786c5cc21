import { useTranslation } from 'react-i18next'
import type { Answer, Cell } from '../api/types'
import { type Column, DataTable } from './DataTable'
import { Nothing } from './Loaded'
import { CellText } from './Text'
import { useWords } from './words'

interface Props {
  label: string
  answer: Pick<Answer, 'columns' | 'rows'>
  titles?: Map<string, string>
  pageSize?: number
}

interface Line {
  key: number
  cells: Cell[]
}

/** Rows of an answer as they are: types under the names, numbers to the right, no value shown as anything but text. */
export function AnswerTable({ label, answer, titles, pageSize }: Props) {
  const { t } = useTranslation()
  const { type } = useWords()
  const columns: Column<Line>[] = answer.columns.map((column, place) => ({
    key: `${place}/${column.name}`,
    title: (
      <span className="head-two">
        <span translate="no">{titles?.get(column.name) ?? column.name}</span>
        <code className="code hint">{titles && titles.get(column.name) !== column.name ? column.name : type(column.type)}</code>
      </span>
    ),
    align: isNumber(column.type) ? 'right' : 'left',
    render: (line) => (
      <span className="clip-cell">
        <CellText value={line.cells[place] ?? null} />
      </span>
    ),
  }))
  return (
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
  )
}

function isNumber(type: string): boolean {
  return /^(integer|decimal|float|unsigned)/.test(type)
}
