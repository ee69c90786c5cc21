import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PackChange, applyChange, cancelChange, packChange } from '../../api/changes'
import { Loaded } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { RightsLook } from '../../kit/RightsLook'
import { Code, DatasetLink } from '../../kit/Text'
import * as format from '../../kit/format'
import { useWords } from '../../kit/words'
import { Effects, Parts } from './Effects'

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
    mutationFn: (reason: string) => applyChange(reason, change.to),
    onSuccess: async () => {
      setAsking(false)
      await queries.invalidateQueries()
    },
  })
  const isCounting = change.state === 'counting'
  const quarantined = change.datasets.reduce((sum, one) => sum + (one.counts?.rows_quarantined ?? 0), 0)
  return (
    <>
      <p>
        {t('change.waiting')}{' '}
        {change.packs.map((pack) => (
          <Code key={pack.pack}>
            {pack.pack} {pack.from ?? '—'} → {pack.to ?? '—'}{' '}
          </Code>
        ))}
      </p>
      {(isCounting || apply.isPending) && <Counting rows={change.rows_done} />}
      <Effects datasets={change.datasets} />
      <Openings change={change} />
      <div className="no-print">
        <RightsLook key={change.to} change={{ packs: {} }} about={t('change.packs-about')} />
      </div>
      <div className="actions no-print">
        <Button
          type="primary"
          disabled={isCounting}
          title={isCounting ? t('change.counting') : ''}
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
          <Openings change={change} />
        </ReasonDialog>
      )}
    </>
  )
}

/** What is open afterwards that is not now, and columns that may be meant to be renamed. */
export function Openings({ change: { opens, possible_renames: renames } }: { change: PackChange }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <>
      {opens.length > 0 && (
        <div className="note">
          <p>{t('change.opens-about')}</p>
          <ul>
            {opens.map((one) => (
              <li key={JSON.stringify(one)}>
                {word('opens', one.what)} {one.dataset && <DatasetLink id={one.dataset} />} {one.name && <Code>{one.name}</Code>} <Parts change={one} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {renames.map(({ dataset, from, to }) => (
        <p key={`${dataset} ${from} ${to}`} className="hint">
          {t('change.rename-hint', { dataset, from, to })}
        </p>
      ))}
    </>
  )
}

/** Stored rows are being read, which may take long. */
function Counting({ rows }: { rows: number | null | undefined }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const cancel = useMutation({ mutationFn: cancelChange, onSettled: () => void queries.invalidateQueries({ queryKey: ['packs'] }) })
  return (
    <div className="note running-note" role="status">
      <p>
        {t('change.counting')} {typeof rows === 'number' && t('phase.rows', { rows: format.number(rows, i18n.language) })}
      </p>
      <progress aria-label={t('change.counting')} />
      <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {t('action.cancel')}
      </Button>
    </div>
  )
}
