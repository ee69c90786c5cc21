import { useQueries } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { Suspense, lazy, useEffect, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { problemOf } from '../../api/errors'
import { dataset as datasetQuery } from '../../api/queries'
import { Elapsed } from '../../kit/Elapsed'
import { Waiting } from '../../kit/Loaded'
import { Saved } from '../../kit/Saved'
import { type EditorHandle, type Fault, SqlEditor } from '../../kit/SqlEditor'
import { useDraft } from '../../kit/useDraft'
import * as format from '../../kit/format'
import { useSession } from '../../kit/useSession'
import { Export } from './Export'
import { Past } from './Past'
import { useAsked } from './useAsked'
import { useQuestion } from './useQuestion'

/** The table of the answer comes after the editor, so that one can begin to write. */
const Outcome = lazy(async () => ({ default: (await import('./Outcome')).Outcome }))
const SaveModel = lazy(() => import('./SaveModel'))

interface Props {
  editor: React.RefObject<EditorHandle | null>
  known: string[]
  openTables: (() => void) | undefined
}

export function Workbench({ editor, known, openTables }: Props) {
  const { t } = useTranslation()
  const { who } = useSession()
  const { sql, change, draft } = useText()
  const [asOf, setAsOf] = useState('')
  const [open, setOpen] = useState<'past' | 'save'>()
  const { asked, remember, forget } = useAsked()
  const { ask, start, large, decline, stop } = useQuestion(asOf, remember)
  const names = useNames(sql, known)
  const fault = useMemo(() => (ask.error ? faultOf(ask.error) : undefined), [ask.error])
  const isEmpty = sql.trim() === ''
  const why = isEmpty ? t('query.empty') : ''
  return (
    <>
      <section className="surface query-editor no-print" aria-label={t('query.editor')}>
        <SqlEditor
          ref={editor}
          label={t('query.editor')}
          hint={t('query.hint')}
          value={sql}
          onChange={change}
          onRun={() => start('run', sql)}
          names={names}
          fault={fault}
        />
        <div className="toolbar query-bar">
          <Button type="primary" disabled={isEmpty} title={why || 'Ctrl + Enter'} loading={ask.isPending && ask.variables.what === 'run'} onClick={() => start('run', sql)}>
            {t('query.run')}
          </Button>
          <kbd className="only-wide">Ctrl Enter</kbd>
          <Button disabled={isEmpty} title={why} onClick={() => start('explain', sql)}>
            {t('query.explain')}
          </Button>
          <Export isEmpty={isEmpty} why={why} onExport={(form) => start('export', sql, { form })} />
          {/* A model runs as whoever defines it, and is made by whoever sees everything. */}
          {who.kind === 'local' && (
            <Button disabled={isEmpty} title={why} onClick={() => setOpen('save')}>
              {t('save.open')}
            </Button>
          )}
          <Button onClick={() => setOpen('past')}>{t('query.past')}</Button>
          {openTables && <Button onClick={openTables}>{t('query.tables')}</Button>}
          {ask.isPending && (
            <>
              <Button danger onClick={stop}>
                {t('query.stop')}
              </Button>
              <Elapsed since={ask.submittedAt} />
            </>
          )}
          <span className="toolbar-gap" />
          <Saved draft={draft} />
          <AsOf value={asOf} set={setAsOf} />
        </div>
      </section>
      {large && <Large {...large} agree={() => start('run', large.sql, { isAgreed: true })} decline={decline} />}
      <Suspense fallback={<Waiting />}>
        <Outcome ask={ask} />
      </Suspense>
      {open === 'past' && (
        <Past
          asked={asked}
          forget={forget}
          onClose={() => setOpen(undefined)}
          onChoose={(text) => {
            setOpen(undefined)
            change(text)
            setTimeout(() => editor.current?.focus())
          }}
        />
      )}
      {open === 'save' && (
        <Suspense>
          <SaveModel sql={sql} onClose={() => setOpen(undefined)} />
        </Suspense>
      )}
    </>
  )
}

/** The text of the editor: what an address brings, or else the draft that the server has. */
function useText() {
  const [address, setAddress] = useSearchParams()
  const given = address.get('sql')
  const draft = useDraft<string>('query')
  const [written, setWritten] = useState<string | undefined>(given ?? undefined)
  useEffect(() => {
    if (given !== null) setWritten(given)
  }, [given])
  const found = typeof draft.found === 'string' ? draft.found : ''
  const change = (text: string) => {
    if (text === (written ?? found)) return
    setWritten(text)
    draft.keep(text)
    if (address.has('sql')) setAddress({}, { replace: true })
  }
  return { sql: written ?? found, change, draft }
}

interface LargeProps {
  bytes: number
  rows: number | null
  agree: () => void
  decline: () => void
}

function Large({ bytes, rows, agree, decline }: LargeProps) {
  const { t, i18n } = useTranslation()
  return (
    <div className="note note-warning" role="alert">
      <p>{t('query.large', { bytes: format.size(bytes, i18n.language), rows: rows === null ? '—' : format.short(rows, i18n.language) })}</p>
      <div className="actions">
        <Button size="small" type="primary" onClick={agree}>
          {t('query.run-anyway')}
        </Button>
        <Button size="small" onClick={decline}>
          {t('action.cancel')}
        </Button>
      </div>
    </div>
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

function faultOf(error: unknown): Fault | undefined {
  const { line, column, detail, help } = problemOf(error)
  if (typeof line !== 'number' || typeof column !== 'number') return undefined
  return { line, column: Math.max(1, column), message: help ? `${detail}\n${help}` : detail }
}
