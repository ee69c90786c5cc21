import { useInfiniteQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { type Classified, type DeclaredLowering, lowerings } from '../../api/classification'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Code, Hint, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { Columns } from './Reasons'

/** What was made less sensitive: by whom and why, and what had flowed in from where. */
export function Lowerings() {
  const { t } = useTranslation()
  const query = useInfiniteQuery(lowerings)
  const pages = query.data?.pages
  const data = pages && { decided: pages.flatMap((page) => page.decided), declared: pages.flatMap((page) => page.declared) }
  return (
    <Loaded query={{ ...query, data }} doing={t('classification.lowerings')}>
      {(found) => (
        <>
          <h2 className="padded-line">{t('classification.lowered-by-decision')}</h2>
          <Decided rows={found.decided} />
          {query.hasNextPage && (
            <p className="more no-print">
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('action.more')}
              </Button>
            </p>
          )}
          <h2 className="padded-line">{t('classification.lowered-by-pack')}</h2>
          <Declared rows={found.declared} />
        </>
      )}
    </Loaded>
  )
}

function Decided({ rows }: { rows: Classified[] }) {
  const { t } = useTranslation()
  const { word, principal } = useWords()
  const columns: Column<Classified>[] = [
    { key: 'field', title: t('field.title'), render: (one) => <Code>{one.name ? `${one.dataset}.${one.name}` : one.dataset}</Code> },
    {
      key: 'grade',
      title: t('classification.lowered-to'),
      render: (one) => (
        <span>
          {word('grade', one.before)} → {word('grade', one.grade)}
        </span>
      ),
    },
    {
      key: 'inflow',
      title: t('classification.inflow'),
      full: true,
      render: (one) => (one.inflow ? <From grade={one.inflow} from={one.inflow_from} /> : '—'),
    },
    { key: 'reason', title: t('reason-dialog.why'), full: true, render: (one) => <span className="wrap" translate="no">{one.reason}</span> },
    {
      key: 'by',
      title: t('classification.by'),
      full: true,
      render: (one) => (
        <div className="two-lines">
          <span translate="no">{principal(one.decided_by)}</span>
          <Hint>
            <Time at={one.decided_at} />
          </Hint>
        </div>
      ),
    },
  ]
  return (
    <DataTable
      label={t('classification.lowered-by-decision')}
      columns={columns}
      rows={rows}
      rowKey={(one) => one.id}
      empty={<Nothing title={t('classification.no-lowerings')} />}
    />
  )
}

function Declared({ rows }: { rows: DeclaredLowering[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<DeclaredLowering>[] = [
    { key: 'field', title: t('field.title'), render: (one) => <Code>{`${one.dataset}.${one.column}`}</Code> },
    {
      key: 'grade',
      title: t('classification.lowered-to'),
      render: (one) => (
        <span>
          {word('grade', one.inflow)} → {word('grade', one.grade)}
        </span>
      ),
    },
    { key: 'inflow', title: t('classification.inflow'), full: true, render: (one) => <From grade={one.inflow} from={one.from} /> },
    { key: 'reason', title: t('reason-dialog.why'), full: true, render: (one) => <span className="wrap" translate="no">{one.reason}</span> },
  ]
  return (
    <DataTable
      dense
      label={t('classification.lowered-by-pack')}
      columns={columns}
      rows={rows}
      rowKey={(one) => `${one.dataset}.${one.column}`}
      pageSize={50}
      empty={<Nothing title={t('classification.no-declared')} />}
    />
  )
}

function From({ grade, from }: { grade: string; from: string[] }) {
  const { word } = useWords()
  return (
    <div className="two-lines wrap">
      <span>{word('grade', grade)}</span>
      <Hint>
        <Columns from={from} />
      </Hint>
    </div>
  )
}
