import { useQuery } from '@tanstack/react-query'
import Input from 'antd/es/input'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataset as datasetQuery } from '../../api/queries'
import type { DatasetLine } from '../../api/types'
import { Loaded } from '../../kit/Loaded'
import { found } from '../../kit/search'
import { UsesLeft } from '../../kit/UsesLeft'
import { usePinyin } from '../../kit/usePinyin'
import { useUsesLeft } from '../../kit/useUsesLeft'

interface Props {
  datasets: DatasetLine[]
  insert: (text: string) => void
}

/** What may be asked: a click on a name writes it into the text. */
export function Tables({ datasets, insert }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const table = usePinyin()
  const { left } = useUsesLeft()
  const shown = datasets.filter((line) => found([line.title, line.id, line.owner], typed, table))
  return (
    <>
      <Input
        type="search"
        aria-label={t('query.find-table')}
        placeholder={t('query.find-table')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <ul className="tables" aria-label={t('query.tables')}>
        {shown.map((line) => (
          <Table key={line.id} line={line} left={left.get(line.id)} insert={insert} />
        ))}
      </ul>
      {shown.length === 0 && <p className="hint">{t('finder.none')}</p>}
    </>
  )
}

function Table({ line, left, insert }: { line: DatasetLine; left: number | undefined; insert: (text: string) => void }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <div className="table-line">
        <button
          type="button"
          className="twist"
          aria-expanded={isOpen}
          aria-label={t('query.columns-of', { title: line.title })}
          onClick={() => setOpen(!isOpen)}
        >
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
        </button>
        <button type="button" className="name" onClick={() => insert(line.id)}>
          <span>{line.title}</span>
          <code className="code hint">{line.id}</code>
          <UsesLeft left={left} />
        </button>
      </div>
      {isOpen && <Columns id={line.id} insert={insert} />}
    </li>
  )
}

function Columns({ id, insert }: { id: string; insert: (text: string) => void }) {
  const query = useQuery(datasetQuery(id))
  return (
    <Loaded query={query} doing={id}>
      {(dataset) => (
        <ul className="table-columns">
          {dataset.columns.map((column) => (
            <li key={column.name}>
              <button type="button" className="name" onClick={() => insert(column.name)}>
                <span>{column.title}</span>
                <code className="code hint">
                  {column.name} {column.type}
                </code>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  )
}
