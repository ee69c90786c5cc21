import { useMutation, useQueries, useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import { Suspense, lazy, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { problemOf } from '../../api/errors'
import { dataset as datasetQuery, datasets, runSql } from '../../api/queries'
import type { Answer } from '../../api/types'
import { Loaded, Waiting } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { type EditorHandle, type Fault, SqlEditor } from '../../kit/SqlEditor'
import { useNarrow } from '../../kit/useNarrow'
import { exportCsv } from './export'
import { remember } from './history'
import type { Answered } from './Outcome'
import { Past } from './Past'
import { Tables } from './Tables'

/** The table of the answer comes after the editor, so that one can begin to write. */
const Outcome = lazy(async () => ({ default: (await import('./Outcome')).Outcome }))

const DRAFT = 'yandu.draft'
const MOST_ROWS = 1000

type Doing = 'run' | 'explain' | 'export'

export function Query() {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const list = useQuery(datasets)
  const editor = useRef<EditorHandle>(null)
  const [isListing, setListing] = useState(false)
  const tables = (
    <Loaded query={list} doing={t('query.tables')}>
      {(lines) => (
        <Tables
          datasets={lines}
          insert={(text) => {
            setListing(false)
            editor.current?.insert(text)
          }}
        />
      )}
    </Loaded>
  )
  return (
    <Page title={t('menu.query')} about={t('query.about')}>
      <div className="columns columns-query">
        {!isNarrow && (
          <section className="query-tables surface no-print" aria-label={t('query.tables')}>
            {tables}
          </section>
        )}
        <div className="column-main">
          <Workbench editor={editor} known={(list.data ?? []).map((line) => line.id)} openTables={isNarrow ? () => setListing(true) : undefined} />
        </div>
      </div>
      <Drawer
        open={isNarrow && isListing}
        onClose={() => setListing(false)}
        placement="left"
        size={320}
        title={t('query.tables')}
        closable={{ 'aria-label': t('action.close') }}
      >
        {tables}
      </Drawer>
    </Page>
  )
}

interface WorkbenchProps {
  editor: React.RefObject<EditorHandle | null>
  known: string[]
  openTables: (() => void) | undefined
}

function Workbench({ editor, known, openTables }: WorkbenchProps) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const [sql, setSql] = useState(() => address.get('sql') ?? localStorage.getItem(DRAFT) ?? '')
  const [asOf, setAsOf] = useState('')
  const [isPast, setPast] = useState(false)
  const stop = useRef<AbortController>(null)
  const names = useNames(sql, known)
  const ask = useMutation({
    mutationFn: async (what: Doing): Promise<Answered | null> => {
      stop.current = new AbortController()
      const point = asOf ? { as_of: asOf.replace('T', ' ') } : {}
      if (what === 'export') {
        await exportCsv(sql, point, stop.current.signal)
        return null
      }
      const from = performance.now()
      const text = what === 'explain' ? `EXPLAIN ${sql}` : sql
      const answer: Answer = await runSql(text, { ...point, limit: MOST_ROWS }, stop.current.signal)
      const milliseconds = performance.now() - from
      if (what === 'run') remember({ sql, at: new Date().toISOString(), rows: answer.rows.length, milliseconds })
      return { what, answer, milliseconds }
    },
  })
  const start = (what: Doing) => {
    if (sql.trim() === '' || ask.isPending) return
    ask.mutate(what)
  }
  const fault = useMemo(() => (ask.error ? faultOf(ask.error, ask.variables) : undefined), [ask.error, ask.variables])
  const change = (text: string) => {
    setSql(text)
    localStorage.setItem(DRAFT, text)
    if (address.has('sql')) setAddress({}, { replace: true })
  }
  const isEmpty = sql.trim() === ''
  return (
    <>
      <section className="surface query-editor no-print" aria-label={t('query.editor')}>
        <SqlEditor
          ref={editor}
          label={t('query.editor')}
          hint={t('query.hint')}
          value={sql}
          onChange={change}
          onRun={() => start('run')}
          names={names}
          fault={fault}
        />
        <div className="toolbar query-bar">
          <Button
            type="primary"
            disabled={isEmpty}
            title={isEmpty ? t('query.empty') : 'Ctrl + Enter'}
            loading={ask.isPending && ask.variables === 'run'}
            onClick={() => start('run')}
          >
            {t('query.run')}
          </Button>
          <kbd className="only-wide">Ctrl Enter</kbd>
          <Button disabled={isEmpty} onClick={() => start('explain')}>
            {t('query.explain')}
          </Button>
          <Button disabled={isEmpty} onClick={() => start('export')}>
            {t('query.export')}
          </Button>
          <Button onClick={() => setPast(true)}>{t('query.past')}</Button>
          {openTables && <Button onClick={openTables}>{t('query.tables')}</Button>}
          {ask.isPending && <Button onClick={() => stop.current?.abort()}>{t('action.cancel')}</Button>}
          <span className="toolbar-gap" />
          <AsOf value={asOf} set={setAsOf} />
        </div>
      </section>
      <Suspense fallback={<Waiting />}>
        <Outcome ask={ask} />
      </Suspense>
      {isPast && (
        <Past
          onClose={() => setPast(false)}
          onChoose={(text) => {
            setPast(false)
            change(text)
            setTimeout(() => editor.current?.focus())
          }}
        />
      )}
    </>
  )
}

function AsOf({ value, set }: { value: string; set: (time: string) => void }) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <span className="as-of">
      <label htmlFor={id}>{t('query.as-of')}</label>
      <Input id={id} type="datetime-local" value={value} onChange={(event) => set(event.target.value)} />
    </span>
  )
}

/** Columns of the datasets that the text names, for completion; all names of datasets are known from the list. */
function useNames(sql: string, known: string[]): Record<string, string[]> {
  const named = known.filter((id) => sql.includes(id))
  return useQueries({
    queries: named.map((id) => ({ ...datasetQuery(id), staleTime: 60_000 })),
    combine: (results) => results.map((result) => result.data).filter((dataset) => dataset !== undefined),
  }).reduce<Record<string, string[]>>(
    (all, dataset) => ({ ...all, [dataset.id]: dataset.columns.map((column) => column.name) }),
    Object.fromEntries(known.map((id) => [id, []])),
  )
}

/** Where the fault is in the text of the field; `EXPLAIN ` stands before it when a plan was asked for. */
function faultOf(error: unknown, what: Doing | undefined): Fault | undefined {
  const { line, column, detail, help } = problemOf(error)
  if (typeof line !== 'number' || typeof column !== 'number') return undefined
  const before = what === 'explain' && line === 1 ? 'EXPLAIN '.length : 0
  return { line, column: Math.max(1, column - before), message: help ? `${detail}\n${help}` : detail }
}
