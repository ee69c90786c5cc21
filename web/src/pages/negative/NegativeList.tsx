import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Conflict, type Entry, negativeList, removeNegativeEntry } from '../../api/access'
import { type Column, DataTable } from '../../kit/DataTable'
import { Guarded } from '../../kit/Guarded'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Code, DatasetLink, Hint, Time } from '../../kit/Text'
import { useAccountNames } from '../../kit/useAccountNames'
import { useDatasetTitles } from '../../kit/useDatasetTitles'
import { useWords } from '../../kit/words'
import { AddEntry } from './AddEntry'
import { scopeOf } from './entry'
import 'texts:negative'

/** What may not be shared, each entry with its legal basis; it holds against every grant. */
export function NegativeList() {
  const { t } = useTranslation()
  return (
    <Guarded title={t('menu.negative-list')} needs={['manage-policies']}>
      <List />
    </Guarded>
  )
}

function List() {
  const { t } = useTranslation()
  const query = useQuery(negativeList)
  const [isAdding, setAdding] = useState(false)
  const [added, setAdded] = useState<{ entry: Entry; conflicts: Conflict[] }>()
  return (
    <Page
      title={t('menu.negative-list')}
      about={t('negative.about')}
      actions={
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('negative.add')}
        </Button>
      }
    >
      {added && <Added {...added} />}
      <div className="surface">
        <Loaded query={query} doing={t('menu.negative-list')}>
          {(list) => <Rows entries={list} />}
        </Loaded>
      </div>
      {isAdding && <AddEntry onClose={() => setAdding(false)} onAdded={setAdded} />}
    </Page>
  )
}

/** What a new entry takes back of grants in force. */
function Added({ entry, conflicts }: { entry: Entry; conflicts: Conflict[] }) {
  const { t } = useTranslation()
  const columns: Column<Conflict>[] = [
    { key: 'grant', title: t('negative.grant'), render: (one) => <Code>{one.grant}</Code> },
    { key: 'account', title: t('negative.account'), render: (one) => <span translate="no">{one.account === '-' ? t('negative.anybody') : one.account}</span> },
    { key: 'column', title: t('negative.column'), render: (one) => (one.column ? <Code>{one.column}</Code> : t('negative.whole')) },
  ]
  return (
    <div className="note" role="status">
      <p>{t('negative.added', { id: entry.id })}</p>
      {conflicts.length > 0 && (
        <>
          <p>{t('negative.conflicts')}</p>
          <DataTable dense label={t('negative.conflicts')} columns={columns} rows={conflicts} rowKey={(one) => `${one.grant} ${one.account} ${one.column ?? ''}`} empty={null} />
        </>
      )}
    </div>
  )
}

function Rows({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation()
  const nameOf = useAccountNames(useMemo(() => entries.flatMap((one) => [one.added_by, one.removed_by]), [entries]))
  const [removing, setRemoving] = useState<Entry>()
  const columns: Column<Entry>[] = [
    {
      key: 'about',
      title: t('negative.what'),
      render: (one) => (
        <div className="two-lines sight-policy">
          <span translate="no">{one.entry.about}</span>
          <Code>{one.id}</Code>
        </div>
      ),
    },
    { key: 'scope', title: t('negative.scope'), full: true, render: (one) => <Scope entry={one} /> },
    { key: 'basis', title: t('negative.basis'), full: true, render: (one) => <span className="wrap sight-policy" translate="no">{one.entry.basis}</span> },
    { key: 'except', title: t('negative.except'), full: true, render: (one) => <span className="wrap" translate="no">{one.entry.except?.join(t('app.comma')) || '—'}</span> },
    {
      key: 'state',
      title: t('negative.state'),
      full: true,
      render: (one) => (
        <div className="two-lines sight-policy">
          {one.removed_at ? <Lamp state="absent">{t('negative.removed')}</Lamp> : <Lamp state="good">{t('negative.in-force')}</Lamp>}
          <Hint>
            {nameOf(one.removed_by ?? one.added_by)} · <Time at={one.removed_at ?? one.added_at} />
            {one.removed_why && <> · {one.removed_why}</>}
          </Hint>
        </div>
      ),
    },
    {
      key: 'do',
      title: t('version.do'),
      pinned: true,
      render: (one) =>
        one.removed_at ? (
          '—'
        ) : (
          <Button size="small" aria-label={t('negative.remove-of', { id: one.id })} onClick={() => setRemoving(one)}>
            {t('negative.remove')}
          </Button>
        ),
    },
  ]
  return (
    <>
      <DataTable
        label={t('menu.negative-list')}
        columns={columns}
        rows={entries}
        rowKey={(one) => one.id}
        empty={<Nothing title={t('negative.none')}>{t('negative.none-help')}</Nothing>}
      />
      {removing && <Remove entry={removing} onClose={() => setRemoving(undefined)} />}
    </>
  )
}

function Scope({ entry: { entry } }: { entry: Entry }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const titles = useDatasetTitles()
  const scope = scopeOf(entry)
  return (
    <div className="two-lines sight-policy">
      {scope === 'dataset' && entry.dataset && <DatasetLink id={entry.dataset} title={titles.get(entry.dataset) ?? entry.dataset} />}
      {scope === 'pack' && <span>{t('negative.of-pack', { pack: entry.pack ?? '' })}</span>}
      {scope === 'all' && <span>{t('negative.of-all')}</span>}
      {entry.columns && entry.columns.length > 0 && (
        <Hint>
          {t('sights.columns')} <Code>{entry.columns.join(t('app.comma'))}</Code>
        </Hint>
      )}
      {entry.from_grade && <Hint>{t('negative.from-grade-of', { grade: word('grade', entry.from_grade) })}</Hint>}
    </div>
  )
}

function Remove({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: (why: string) => removeNegativeEntry(entry.id, why),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries({ queryKey: negativeList.queryKey })
    },
  })
  return (
    <ReasonDialog
      title={t('negative.remove-of', { id: entry.id })}
      confirm={t('negative.remove')}
      danger
      stock={t('negative.remove-stock').split('|')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={(why) => remove.mutate(why)}
      onClose={onClose}
    >
      <p>{t('negative.remove-about')}</p>
    </ReasonDialog>
  )
}
