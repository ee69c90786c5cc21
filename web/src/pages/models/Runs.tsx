import { useInfiniteQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { type Run, runs as runsQuery } from '../../api/models'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Sentence } from '../../kit/Sentence'
import { Code, Hint, Num, Score, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import * as format from '../../kit/format'
import { RunLamp } from './ModelLamp'

/** Every run: from which versions, in which way and why so, and what it changed. */
export function Runs({ id }: { id: string }) {
  const { t } = useTranslation()
  const query = useInfiniteQuery(runsQuery(id))
  const rows = query.data?.pages.flatMap((page) => page.runs)
  const columns = useColumns()
  return (
    <Loaded query={{ ...query, data: rows }} doing={t('model.runs')}>
      {(list) => (
        <>
          <DataTable label={t('model.runs')} columns={columns} rows={list} rowKey={(run) => run.id} empty={<Nothing title={t('model.never')} />} />
          {query.hasNextPage && (
            <p className="more no-print">
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('action.more')}
              </Button>
            </p>
          )}
        </>
      )}
    </Loaded>
  )
}

function useColumns(): Column<Run>[] {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const number = (value: number | null | undefined) => (typeof value === 'number' ? <Num value={value} /> : '—')
  return [
    { key: 'at', title: t('run.at'), render: (run) => <Time at={run.started_at} /> },
    { key: 'status', title: t('batch.outcome'), render: (run) => <RunLamp status={run.status} /> },
    {
      key: 'mode',
      title: t('model.mode'),
      render: (run) => (
        <div className="two-lines">
          <span>{word('run-mode', run.mode)}</span>
          <Hint>{word('run-trigger', run.trigger)}</Hint>
        </div>
      ),
    },
    { key: 'why', title: t('model.why'), full: true, render: (run) => <span className="wrap clip-why"><Sentence text={run.error?.message ?? run.why} /></span> },
    {
      key: 'inputs',
      title: t('run.versions'),
      full: true,
      render: (run) => (
        <ul className="wrap versions">
          {Object.entries(run.inputs).map(([id, { from, to }]) => (
            <li key={id}>
              <Code>
                {id}@{typeof from === 'number' && from !== to ? `${from}→` : ''}
                {to ?? '—'}
              </Code>
            </li>
          ))}
        </ul>
      ),
    },
    { key: 'added', title: t('version.added'), align: 'right', render: (run) => number(run.rows_added) },
    { key: 'removed', title: t('version.removed'), align: 'right', render: (run) => number(run.rows_removed) },
    { key: 'version', title: t('batch.version'), align: 'right', render: (run) => number(run.version) },
    { key: 'score', title: t('dataset.score'), align: 'right', render: (run) => <Score value={run.score} /> },
    {
      key: 'took',
      title: t('batch.took'),
      align: 'right',
      render: (run) => (typeof run.duration_ms === 'number' ? format.elapsed(run.duration_ms, i18n.language) : '—'),
    },
  ]
}
