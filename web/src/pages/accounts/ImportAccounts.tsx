import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { importAccounts } from '../../api/access'
import { problemOf } from '../../api/errors'
import { type Column, DataTable } from '../../kit/DataTable'
import { ProblemPanel } from '../../kit/Problem'
import { save } from '../../kit/save'
import { Sentence } from '../../kit/Sentence'
import { Code } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { type RowFault, asText, rowFaults } from './faults'

/** Many accounts at once from a table: all of its rows or none, with every fault told at its line. */
export function ImportAccounts() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const send = useMutation({
    mutationFn: async (file: File) => {
      const { text, isConverted } = asText(await file.arrayBuffer())
      return { made: await importAccounts(text), isConverted }
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['accounts'] }),
  })
  const faults = rowFaults(send.isError ? problemOf(send.error) : undefined)
  // A byte order mark tells spreadsheets that it is UTF-8.
  const example = () => save(new Blob([`\uFEFF${t('accounts.import-header')}\n${t('accounts.import-row')}\n`], { type: 'text/csv' }), `${t('accounts.import-example')}.csv`)
  return (
    <>
      <p>{t('accounts.import-about')}</p>
      <p className="break">
        <Code>{t('accounts.import-header')}</Code>
      </p>
      <p className="hint">{t('accounts.import-help')}</p>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        hidden
        onChange={(event) => {
          const [file] = event.target.files ?? []
          if (file) send.mutate(file)
          // The same file, mended, is chosen again.
          event.target.value = ''
        }}
      />
      <div className="actions">
        <Button type="primary" loading={send.isPending} onClick={() => input.current?.click()}>
          {t('accounts.import-choose')}
        </Button>
        <Button onClick={example}>{t('accounts.import-take')}</Button>
      </div>
      {send.isSuccess && (
        <div className="note" role="status">
          <p>
            {t('accounts.imported', { count: send.data.made.length })} {send.data.isConverted && t('accounts.import-converted')}
          </p>
          <ul className="inline-list">
            {send.data.made.slice(0, 50).map((one) => (
              <li key={one.id}>
                <Link to={`/accounts/${encodeURIComponent(one.id)}`} translate="no">
                  {one.name}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
      {send.isError && faults.length === 0 && <ProblemPanel error={send.error} doing={t('accounts.import')} />}
      {faults.length > 0 && <Faults faults={faults} />}
    </>
  )
}

function Faults({ faults }: { faults: RowFault[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<RowFault>[] = [
    { key: 'line', title: t('accounts.import-line'), render: ({ line }) => t('accounts.import-at', { line }) },
    { key: 'column', title: t('accounts.import-column'), render: ({ column }) => word('import-column', column) },
    { key: 'why', title: t('accounts.import-why'), full: true, render: ({ why }) => <span className="wrap"><Sentence text={why} /></span> },
  ]
  return (
    <>
      <p className="field-error" role="alert">
        {t('accounts.import-faults', { count: faults.length })}
      </p>
      <DataTable
        dense
        label={t('accounts.import-why')}
        columns={columns}
        rows={faults}
        rowKey={({ line, column, why }) => `${line} ${column} ${why}`}
        empty={null}
        pageSize={50}
      />
    </>
  )
}
