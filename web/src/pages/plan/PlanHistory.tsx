import { useInfiniteQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { type PlanRevision, planHistory } from '../../api/plans'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Num, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { closingOf, lastOf } from './difference'
import { useFieldWords } from './useFieldWords'

/** Changes of one revision that are shown at once. */
const MOST = 8

/** What became of a plan: who changed what, when and why. */
export function PlanHistory({ id }: { id: string }) {
  const { t } = useTranslation()
  const { word, principal } = useWords()
  const query = useInfiniteQuery(planHistory(id))
  const rows = query.data?.pages.flatMap((page) => page.revisions)
  const columns: Column<PlanRevision>[] = [
    { key: 'revision', title: t('history.revision'), render: (one) => <Num value={one.revision} /> },
    { key: 'at', title: t('version.at'), full: true, render: (one) => <Time at={one.at} seconds /> },
    { key: 'what', title: t('version.operation'), render: (one) => word('plan-change', one.kind) },
    { key: 'by', title: t('history.by'), render: (one) => principal(one.who) },
    { key: 'reason', title: t('reason-dialog.why'), full: true, render: (one) => <span className="wrap">{one.reason || '—'}</span> },
    { key: 'changes', title: t('history.changes'), full: true, render: (one) => <Changes changes={one.changes} /> },
  ]
  return (
    <Loaded query={{ ...query, data: rows }} doing={t('plans.history')}>
      {(list) => (
        <>
          <DataTable label={t('plans.history')} columns={columns} rows={list} rowKey={(one) => one.revision} empty={<Nothing title={t('history.none')} />} />
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

/** That a target was closed, with the day from which, or that it is open again. */
function Closing({ change }: { change: PlanRevision['changes'][number] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const on = closingOf(change)?.on
  return (
    <>
      {word('plan-item', 'target')} {change.item.split('/')[1]} · {t(on ? 'plans.closing-closed' : 'plans.closing-reopened')}
      {on && <span className="hint num"> {on}</span>}
    </>
  )
}

function Changes({ changes }: { changes: PlanRevision['changes'] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFieldWords()
  if (changes.length === 0) return '—'
  const item = (name: string) => {
    const [kind = '', key = ''] = name.split('/')
    return `${word('plan-item', kind)} ${key}`
  }
  return (
    <ul className="wrap changes">
      {changes.slice(0, MOST).map((change) => (
        <li key={`${change.item} ${change.field}`}>
          {closingOf(change) ? <Closing change={change} /> : item(change.item)}
          {change.field && (
            <>
              {' · '}
              {word('plan-field', lastOf(change.field))}
              <span className="hint">: </span>
              <span translate="no">
                {words.value(change.field, change.from, change.item)} → {words.value(change.field, change.to, change.item)}
              </span>
            </>
          )}
        </li>
      ))}
      {changes.length > MOST && <li className="hint">{t('plans.more-changes', { count: changes.length - MOST })}</li>}
    </ul>
  )
}
