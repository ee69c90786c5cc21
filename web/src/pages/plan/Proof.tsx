import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PlanTarget, submitEvidence } from '../../api/plans'
import { now as clock } from '../../kit/clock'
import { dayOf } from '../../kit/day'
import { useDrafted } from '../../kit/useDrafted'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useSession } from '../../kit/useSession'
import { DraftedDialog } from './DraftedDialog'
import { EvidenceActions, EvidenceDecision, EvidenceFacts, EvidenceLamp, type SeenPlan } from './Evidence'
import { Files } from './Files'
import { isDay, numberOf } from './figure'

/** 闭环式管理: the newest evidence of a target; where no metric tells, evidence is handed in and judged here. */
export function Proof({ plan, target }: { plan: SeenPlan; target: PlanTarget }) {
  const { t } = useTranslation()
  const [isWriting, setWriting] = useState(false)
  const { evidence, binding } = target
  const { may } = useSession()
  const isByHand = binding.kind !== 'metric'
  return (
    <>
      {evidence && (
        <>
          <div className="plan-state-line">
            <span className="hint">{t('plans.evidence')}</span>
            <EvidenceLamp state={evidence.state} />
          </div>
          <EvidenceFacts plan={plan.id} evidence={evidence} />
          <EvidenceDecision evidence={evidence} />
        </>
      )}
      {isByHand && (may('report-plan') || may('edit-plan')) && (
        <div className="actions no-print">
          <Button size="small" aria-label={t('plans.prove-of', { literal: target.literal })} onClick={() => setWriting(true)}>
            {t('plans.prove')}
          </Button>
          {evidence && <EvidenceActions plan={plan} evidence={evidence} name={target.literal} />}
        </div>
      )}
      {isWriting && <HandIn plan={plan.id} target={target} onClose={() => setWriting(false)} />}
    </>
  )
}

interface Written {
  on: string
  value: string
  from: string
  note: string
  /** Names of files that were chosen: a browser keeps no more of them. */
  files: string[]
}

function HandIn({ plan, target, onClose }: { plan: string; target: PlanTarget; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const id = useId()
  useReturnFocus()
  const drafted = useDrafted<Written>(`plan.${plan}.evidence.${target.number}`, { on: dayOf(clock()), value: '', from: '', note: '', files: [] })
  const { now, write, finish } = drafted
  const [files, setFiles] = useState<File[]>([])
  const { on, value, from, note } = now
  const isNumber = typeof target.value === 'number'
  const send = useMutation({
    mutationFn: () =>
      submitEvidence(plan, {
        about: `target/${target.number}`,
        on: on.trim(),
        files,
        ...(numberOf(value) !== undefined && { value: numberOf(value) }),
        ...(from.trim() && { source: from.trim() }),
        ...(note.trim() && { note: note.trim() }),
      }),
    onSuccess: async () => {
      await finish()
      await queries.invalidateQueries({ queryKey: ['plan', plan] })
      onClose()
    },
  })
  const isWrong = !isDay(on.trim()) || (value.trim() !== '' && numberOf(value) === undefined) || (value.trim() === '' && files.length === 0)
  const fields = (isNumber ? ['on', 'value', 'from', 'note'] : ['on', 'from', 'note']) as ('on' | 'value' | 'from' | 'note')[]
  return (
    <DraftedDialog
      title={t('plans.prove-of', { literal: target.literal })}
      doing={t('plans.prove')}
      drafted={drafted}
      isReady={!isWrong}
      busy={send.isPending}
      error={send.error}
      onSend={() => send.mutate()}
      onClose={onClose}
    >
      {fields.map((name) => (
        <div key={name} className="field">
          <label htmlFor={`${id}-${name}`}>{t(`plans.evidence-${name}`)}</label>
          <Input id={`${id}-${name}`} maxLength={500} value={now[name]} onChange={(event) => write({ [name]: event.target.value })} />
        </div>
      ))}
      <Files
        files={files}
        kept={now.files}
        set={(next) => {
          setFiles(next)
          write({ files: next.map(({ name }) => name) })
        }}
      />
      <p className="hint">{t('plans.evidence-help')}</p>
    </DraftedDialog>
  )
}
