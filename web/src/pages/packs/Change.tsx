import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type DatasetChange, type PackChange, type PackStep, applyChange, packChange, packHistory, rollBack } from '../../api/changes'
import { type Column, DataTable } from '../../kit/DataTable'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Code, DatasetLink, Hint, Num, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** A changed pack that waits: what it will do to the rows that are there, before it does it. */
export function Change() {
  const { t } = useTranslation()
  const query = useQuery(packChange)
  return (
    <Section title={t('change.title')}>
      <Loaded query={query} doing={t('change.title')}>
        {(change) => (change.state === 'none' ? <p className="hint">{t('change.none')}</p> : <Waiting change={change} />)}
      </Loaded>
    </Section>
  )
}

function Waiting({ change }: { change: PackChange }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const apply = useMutation({
    mutationFn: applyChange,
    onSuccess: async () => {
      setAsking(false)
      await queries.invalidateQueries()
    },
  })
  const quarantined = change.datasets.reduce((sum, one) => sum + (one.rows_quarantined ?? 0), 0)
  return (
    <>
      <p>
        {t('change.waiting')}{' '}
        {change.packs.map((pack) => (
          <Code key={pack.id}>
            {pack.id} {pack.from ?? '—'} → {pack.to ?? '—'}{' '}
          </Code>
        ))}
      </p>
      <Effects datasets={change.datasets} />
      <div className="actions no-print">
        <Button
          type="primary"
          onClick={() => {
            apply.reset()
            setAsking(true)
          }}
        >
          {t('change.apply')}
        </Button>
      </div>
      {isAsking && (
        <ReasonDialog
          title={t('change.apply')}
          confirm={t('change.apply')}
          stock={t('change.apply-stock').split('|')}
          busy={apply.isPending}
          error={apply.error}
          onConfirm={(reason) => apply.mutate(reason)}
          onClose={() => setAsking(false)}
        >
          <p>{t('change.apply-about', { count: change.datasets.length, rows: quarantined })}</p>
        </ReasonDialog>
      )}
    </>
  )
}

const EFFECTS: Record<string, LampState> = { none: 'good', recheck: 'due', convert: 'due', hide: 'late' }

function Effects({ datasets }: { datasets: DatasetChange[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<DatasetChange>[] = [
    { key: 'id', title: t('dataset.one'), render: (one) => <DatasetLink id={one.id} /> },
    {
      key: 'changes',
      title: t('change.what'),
      full: true,
      render: (one) => (
        <ul className="wrap">
          {one.changes.map((change) => (
            <li key={JSON.stringify(change)}>
              {word('pack-change', change.what)} <Details change={change} />{' '}
              <Lamp state={EFFECTS[change.effect] ?? 'due'}>{word('effect', change.effect)}</Lamp>
            </li>
          ))}
        </ul>
      ),
    },
    { key: 'rows', title: t('dataset.rows'), align: 'right', render: (one) => (typeof one.rows === 'number' ? <Num value={one.rows} /> : '—') },
    {
      key: 'quarantined',
      title: t('change.quarantined'),
      align: 'right',
      render: (one) => (
        <span className={one.rows_quarantined ? 'score score-late' : ''}>
          {typeof one.rows_quarantined === 'number' ? <Num value={one.rows_quarantined} /> : '—'}
        </span>
      ),
    },
  ]
  return <DataTable dense label={t('change.title')} columns={columns} rows={datasets} rowKey={(one) => one.id} empty={<Hint>{t('change.no-datasets')}</Hint>} />
}

/** What a change names beside its kind: a column, a type before and after. */
function Details({ change: { what: _, effect: __, ...rest } }: { change: DatasetChange['changes'][number] }) {
  const told = Object.values(rest).filter((value) => value !== null && value !== undefined)
  if (told.length === 0) return null
  return <Code>{told.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(' ')}</Code>
}

/** What was installed when, and a way back. */
export function PackHistory() {
  const { t } = useTranslation()
  const { word, principal } = useWords()
  const queries = useQueryClient()
  const query = useQuery(packHistory)
  const [back, setBack] = useState<PackStep>()
  const roll = useMutation({
    mutationFn: ({ n, reason }: { n: number; reason: string }) => rollBack(n, reason),
    onSuccess: async () => {
      setBack(undefined)
      await queries.invalidateQueries()
    },
  })
  const columns: Column<PackStep>[] = [
    { key: 'n', title: t('history.revision'), render: (one) => <Num value={one.n} /> },
    { key: 'at', title: t('version.at'), full: true, render: (one) => <Time at={one.at} seconds /> },
    { key: 'what', title: t('version.operation'), render: (one) => word('pack-step', one.what) },
    { key: 'by', title: t('history.by'), render: (one) => principal(one.by) },
    { key: 'reason', title: t('reason-dialog.why'), full: true, render: (one) => <span className="wrap">{one.reason || '—'}</span> },
    {
      key: 'back',
      title: t('version.do'),
      render: (one) =>
        one.is_current ? (
          <Hint>{t('change.current')}</Hint>
        ) : (
          <Button size="small" aria-label={t('change.back-one', { n: one.n })} onClick={() => setBack(one)}>
            {t('change.back')}
          </Button>
        ),
    },
  ]
  return (
    <Section title={t('change.history')} flush>
      <Loaded query={query} doing={t('change.history')}>
        {({ history }) => (
          <DataTable label={t('change.history')} columns={columns} rows={history} rowKey={(one) => one.n} empty={<Nothing title={t('change.no-history')} />} />
        )}
      </Loaded>
      {back && (
        <ReasonDialog
          title={t('change.back-one', { n: back.n })}
          confirm={t('change.back')}
          danger
          stock={t('change.back-stock').split('|')}
          busy={roll.isPending}
          error={roll.error}
          onConfirm={(reason) => roll.mutate({ n: back.n, reason })}
          onClose={() => setBack(undefined)}
        >
          <p>{t('change.back-about')}</p>
        </ReasonDialog>
      )}
    </Section>
  )
}
