import { keepPreviousData, useQuery } from '@tanstack/react-query'
import Input from 'antd/es/input'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { problemOf } from '../../api/errors'
import { entry as entryQuery } from '../../api/ledger'
import type { PageDeclared } from '../../api/pages'
import { dataset as datasetQuery, runSql } from '../../api/queries'
import { AnswerTable } from '../../kit/AnswerTable'
import { useEntryTitle } from '../../kit/entry'
import { FileButton } from '../../kit/FileButton'
import { HiddenNote } from '../../kit/HiddenNote'
import { Loaded } from '../../kit/Loaded'
import { NotShown } from '../../kit/NotShown'
import { ProblemPanel } from '../../kit/Problem'
import { unshown } from '../../kit/unshown'
import { useSession } from '../../kit/useSession'
import { useSettled } from '../../kit/useSettled'
import { listSql } from './spec'
import { useWorded } from './worded'

const MOST = 500

/** Rows of one dataset: the declared columns, narrowed by the declared filters. */
export function ListPage({ declared, dataset }: { declared: PageDeclared; dataset: string }) {
  const { t } = useTranslation()
  const worded = useWorded()
  const [address, setAddress] = useSearchParams()
  const about = useQuery({ ...datasetQuery(dataset), retry: false })
  const { may } = useSession()
  const named = useEntryTitle()
  // Whoever sees none of the rows knows from the catalogue what the fields are called.
  const listed = useQuery({ ...entryQuery(dataset), enabled: about.isError && may('browse'), retry: false })
  const filters = Object.fromEntries((declared.filters ?? []).map((name) => [name, address.get(name) ?? '']))
  const declaredColumns = declared.columns ?? []
  const columns = declaredColumns.length > 0 ? declaredColumns : (about.data?.columns.map(({ name }) => name) ?? [])
  const sql = useSettled(columns.length > 0 ? listSql(dataset, columns, filters, declared.sort ?? []) : '')
  const query = useQuery({
    queryKey: ['declared', sql],
    queryFn: ({ signal }) => runSql(sql, { limit: MOST, uncounted: true }, signal),
    enabled: sql !== '',
    placeholderData: keepPreviousData,
  })
  const known = about.data?.columns ?? listed.data?.data.columns?.map(({ name, title }) => ({ name, title: named(title) }))
  const titles = new Map(known?.map((column) => [column.name, column.title]))
  const failed = query.error ?? (sql === '' ? about.error : null)
  const unseen = failed && (unshown(failed) ?? (problemOf(failed).status === 404 ? {} : undefined))
  const set = (name: string, value: string) =>
    setAddress(
      (former) => {
        const next = new URLSearchParams(former)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  return (
    <>
      <div className="toolbar no-print">
        {(declared.filters ?? []).map((name) => (
          <Filter key={name} title={titles.get(name) ?? name} value={filters[name] ?? ''} set={(value) => set(name, value)} />
        ))}
        <span className="toolbar-gap" />
        {query.data && <FileButton sql={sql} />}
        {!failed && <Link to={`/query?sql=${encodeURIComponent(sql)}`}>{t('pages.behind')}</Link>}
      </div>
      <div className="surface">
        {unseen && !query.data ? (
          <NotShown dataset={dataset} {...(unseen.column && { column: unseen.column })} otherwise={<ProblemPanel error={failed} doing={worded(declared.title)} />} />
        ) : (
          <Loaded query={{ ...query, error: failed, isError: failed !== null }} doing={worded(declared.title)}>
            {(answer) => (
              <>
                <p className="hint padded-line" role="status">
                  {t(answer.truncated ? 'pages.first-rows' : 'query.rows', { count: answer.rows.length })}
                </p>
                <AnswerTable label={worded(declared.title)} answer={answer} titles={titles} pageSize={50} fieldsOf={(name) => [{ field: `${dataset}.${name}` }]} />
                <HiddenNote fields={columns.map((name) => `${dataset}.${name}`)} titleOf={({ column }) => titles.get(column.name)} />
              </>
            )}
          </Loaded>
        )}
      </div>
    </>
  )
}

function Filter({ title, value, set }: { title: string; value: string; set: (value: string) => void }) {
  const id = useId()
  return (
    <span className="as-of">
      <label htmlFor={id}>{title}</label>
      <Input id={id} type="search" value={value} onChange={(event) => set(event.target.value)} />
    </span>
  )
}

