import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type HistoryLine, history as historyQuery } from '../../api/ledger'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Num, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** Everything that was done to the entry, by whom and why. */
export function History({ id }: { id: string }) {
  const { t } = useTranslation()
  const { word, principal } = useWords()
  const query = useQuery(historyQuery(id))
  const columns: Column<HistoryLine>[] = [
    { key: 'revision', title: t('history.revision'), render: (one) => <Num value={one.revision} /> },
    { key: 'at', title: t('version.at'), full: true, render: (one) => <Time at={one.at} /> },
    { key: 'what', title: t('version.operation'), render: (one) => word('history', one.kind) },
    {
      key: 'to',
      title: t('entry.status'),
      render: (one) => (one.status_from && one.status_from !== one.status_to ? `${word('status', one.status_from)} → ${word('status', one.status_to)}` : word('status', one.status_to)),
    },
    { key: 'by', title: t('history.by'), render: (one) => principal(one.who) },
    { key: 'reason', title: t('reason-dialog.why'), full: true, render: (one) => <span className="wrap">{one.reason || '—'}</span> },
    { key: 'changes', title: t('history.changes'), full: true, render: (one) => <Changes changes={one.changes} /> },
  ]
  return (
    <Loaded query={query} doing={t('dataset.history')}>
      {({ revisions }) => (
        <DataTable
          label={t('dataset.history')}
          columns={columns}
          rows={[...revisions].sort((one, other) => other.revision - one.revision)}
          rowKey={(one) => one.revision}
          empty={<Nothing title={t('history.none')} />}
        />
      )}
    </Loaded>
  )
}

function Changes({ changes }: { changes: HistoryLine['changes'] }) {
  const { word } = useWords()
  if (changes.length === 0) return '—'
  const shown = (value: unknown) => (value === null || value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value))
  return (
    <ul className="wrap changes">
      {changes.map(({ field, from, to }) => (
        <li key={field}>
          {word('element', field.replaceAll('.', '-').replaceAll('_', '-'))}
          <span className="hint">: </span>
          <span translate="no">
            {shown(from)} → {shown(to)}
          </span>
        </li>
      ))}
    </ul>
  )
}
