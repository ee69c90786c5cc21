import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { type SessionLine, endSession, ownSessions } from '../../api/access'
import { agentOf } from '../../kit/agent'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Tag } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { Age, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** Where one is logged in; a session that one does not know is ended here. */
export function Sessions() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { word } = useWords()
  const query = useQuery(ownSessions)
  const end = useMutation({ mutationFn: endSession, onSettled: () => queries.invalidateQueries({ queryKey: ownSessions.queryKey }) })
  const columns: Column<SessionLine>[] = [
    {
      key: 'agent',
      title: t('sessions.agent'),
      render: (one) => (
        <span title={one.agent ?? ''}>
          {one.agent ? agentOf(one.agent) : '—'} {one.is_this && <Tag>{t('sessions.this')}</Tag>}
        </span>
      ),
    },
    { key: 'address', title: t('sessions.address'), full: true, render: (one) => <span className="num">{one.address ?? '—'}</span> },
    { key: 'means', title: t('sessions.means'), full: true, render: (one) => word('means', one.means) },
    { key: 'purpose', title: t('account.purpose'), render: (one) => <span className="wrap">{one.purpose ?? '—'}</span> },
    { key: 'created', title: t('sessions.created'), full: true, render: (one) => <Time at={one.created_at} /> },
    { key: 'seen', title: t('sessions.seen'), render: (one) => <Age at={one.seen_at} /> },
    { key: 'ends', title: t('sessions.ends'), full: true, render: (one) => <Time at={one.ends_at} /> },
    {
      key: 'do',
      title: t('version.do'),
      pinned: true,
      render: (one) =>
        one.is_this ? (
          '—'
        ) : (
          <Button size="small" loading={end.isPending && end.variables === one.id} aria-label={t('sessions.end-of', { agent: one.agent ? agentOf(one.agent) : one.id })} onClick={() => end.mutate(one.id)}>
            {t('sessions.end')}
          </Button>
        ),
    },
  ]
  return (
    <>
      {end.isError && <ProblemPanel error={end.error} doing={t('sessions.end')} />}
      <Loaded query={query} doing={t('sessions.title')}>
        {(list) => <DataTable label={t('sessions.title')} columns={columns} rows={list} rowKey={(one) => one.id} empty={<Nothing title={t('sessions.none')} />} />}
      </Loaded>
    </>
  )
}
