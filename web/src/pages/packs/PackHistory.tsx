import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PackStep, packHistory, rollBack, rollbackPlan } from '../../api/changes'
import { type Column, DataTable } from '../../kit/DataTable'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { Sentence } from '../../kit/Sentence'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Hint, Num, Time } from '../../kit/Text'
import { told } from '../../kit/told'
import { useWords } from '../../kit/words'
import { Openings } from './Change'
import { Effects } from './Effects'
import { takenBack } from './said'

/** What was changed when and by whom, and a way back. */
export function PackHistory() {
  const { t } = useTranslation()
  const { word, principal } = useWords()
  const query = useInfiniteQuery(packHistory)
  const rows = query.data?.pages.flatMap((page) => page.changes)
  const [back, setBack] = useState<PackStep>()
  const taken = takenBack(rows ?? [])
  const columns: Column<PackStep>[] = [
    { key: 'number', title: t('change.number'), render: (one) => <Num value={one.number} /> },
    { key: 'at', title: t('version.at'), full: true, render: (one) => <Time at={one.started_at} /> },
    { key: 'kind', title: t('version.operation'), render: (one) => word('pack-step', one.kind) },
    {
      key: 'status',
      title: t('batch.outcome'),
      render: (one) => (
        <Lamp state={one.status === 'applied' ? 'good' : one.status === 'applying' ? 'busy' : 'absent'}>{word('change-status', one.status)}</Lamp>
      ),
    },
    { key: 'datasets', title: t('rollup.entries'), align: 'right', render: (one) => <Num value={one.steps.length} /> },
    { key: 'by', title: t('history.by'), render: (one) => principal(one.applied_by) },
    { key: 'reason', title: t('reason-dialog.why'), full: true, render: (one) => <span className="wrap"><Reason text={one.reason} /></span> },
    {
      key: 'back',
      title: t('version.do'),
      pinned: true,
      render: (one) =>
        taken.has(one.number) ? (
          <Hint>{t('change.taken-back', { n: taken.get(one.number) ?? 0 })}</Hint>
        ) : one.kind !== 'install' && one.status === 'applied' ? (
          <Button size="small" aria-label={t('change.back-one', { n: one.number })} onClick={() => setBack(one)}>
            {t('change.back')}
          </Button>
        ) : (
          '—'
        ),
    },
  ]
  return (
    <Section title={t('change.history')} flush>
      <Loaded query={{ ...query, data: rows }} doing={t('change.history')}>
        {(list) => (
          <DataTable label={t('change.history')} columns={columns} rows={list} rowKey={(one) => one.number} empty={<Nothing title={t('change.no-history')} />} />
        )}
      </Loaded>
      {query.hasNextPage && (
        <p className="more no-print">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('action.more')}
          </Button>
        </p>
      )}
      {back && <Back step={back} onClose={() => setBack(undefined)} />}
    </Section>
  )
}

/** A reason in the words of whoever gave it, or of the program. */
function Reason({ text }: { text: string }) {
  return told(text) ? <Sentence text={text} /> : text || '—'
}

function Back({ step, onClose }: { step: PackStep; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const plan = useQuery(rollbackPlan(step.number))
  const roll = useMutation({
    mutationFn: (reason: string) => rollBack(step.number, reason),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries()
    },
  })
  return (
    <ReasonDialog
      title={t('change.back-one', { n: step.number })}
      confirm={t('change.back')}
      danger
      wide
      stock={t('change.back-stock').split('|')}
      busy={roll.isPending}
      error={roll.error}
      onConfirm={(reason) => roll.mutate(reason)}
      onClose={onClose}
    >
      <p>{t('change.back-about', { n: step.number })}</p>
      <Loaded query={plan} doing={t('change.back-one', { n: step.number })}>
        {(change) => (
          <>
            <Effects datasets={change.datasets} />
            <Openings change={change} />
          </>
        )}
      </Loaded>
    </ReasonDialog>
  )
}
