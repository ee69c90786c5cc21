import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Modal from 'antd/es/modal'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PlanEvidence, type PlanTarget, documentOfPlan, judgeEvidence, submitEvidence } from '../../api/plans'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { now } from '../../kit/clock'
import * as format from '../../kit/format'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useSession } from '../../kit/useSession'
import { useWords } from '../../kit/words'
import { isDay, numberOf } from './figure'
import { useFigureWords } from './useFigureWords'

/** 闭环式管理: the newest evidence of a target; where no metric tells, evidence is handed in and judged here. */
export function Proof({ plan, target }: { plan: string; target: PlanTarget }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFigureWords()
  const [isWriting, setWriting] = useState(false)
  const [judging, setJudging] = useState<boolean>()
  const { evidence, binding } = target
  const { may } = useSession()
  return (
    <>
      {evidence && (
        <div className="plan-state-line">
          <span className="hint">{t('plans.evidence')}</span>
          <span className="num">{evidence.on}</span>
          {typeof evidence.value === 'number' && <span className="num">{words.measured(evidence.value)}</span>}
          <span>{word('plan-evidence', evidence.state)}</span>
          {evidence.documents.map(({ hash, name }) => (
            <a key={hash} href={documentOfPlan(plan, hash)} download translate="no">
              {name}
            </a>
          ))}
        </div>
      )}
      {binding.kind !== 'metric' && (may('report-plan') || may('edit-plan')) && (
        <div className="actions no-print">
          <Button size="small" aria-label={t('plans.prove-of', { literal: target.literal })} onClick={() => setWriting(true)}>
            {t('plans.prove')}
          </Button>
          {evidence?.state === 'submitted' && may('edit-plan') && (
            <>
              <Button size="small" aria-label={t('plans.evidence-accept-of', { literal: target.literal })} onClick={() => setJudging(true)}>
                {t('plans.evidence-accept')}
              </Button>
              <Button size="small" aria-label={t('plans.evidence-return-of', { literal: target.literal })} onClick={() => setJudging(false)}>
                {t('plans.evidence-return')}
              </Button>
            </>
          )}
        </div>
      )}
      {isWriting && <HandIn plan={plan} target={target} onClose={() => setWriting(false)} />}
      {judging !== undefined && evidence && <Judge plan={plan} target={target} evidence={evidence} accepts={judging} onClose={() => setJudging(undefined)} />}
    </>
  )
}

function HandIn({ plan, target, onClose }: { plan: string; target: PlanTarget; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const id = useId()
  useReturnFocus()
  const [on, setOn] = useState(format.time(new Date(now())).slice(0, 10))
  const [value, setValue] = useState('')
  const [source, setSource] = useState('')
  const [note, setNote] = useState('')
  const [files, setFiles] = useState<File[]>([])
  const isNumber = typeof target.value === 'number'
  const send = useMutation({
    mutationFn: () =>
      submitEvidence(plan, {
        about: `target/${target.number}`,
        on: on.trim(),
        files,
        ...(numberOf(value) !== undefined && { value: numberOf(value) }),
        ...(source.trim() && { source: source.trim() }),
        ...(note.trim() && { note: note.trim() }),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['plan', plan] })
      onClose()
    },
  })
  const isWrong = !isDay(on.trim()) || (value.trim() !== '' && numberOf(value) === undefined) || (value.trim() === '' && files.length === 0)
  const fields: [string, string, (text: string) => void][] = [
    ['on', on, setOn],
    ...(isNumber ? ([['value', value, setValue]] satisfies [string, string, (text: string) => void][]) : []),
    ['from', source, setSource],
    ['note', note, setNote],
  ]
  return (
    <Modal
      open
      title={t('plans.prove-of', { literal: target.literal })}
      okText={t('plans.prove')}
      cancelText={t('action.cancel')}
      closable={{ 'aria-label': t('action.close') }}
      okButtonProps={{ disabled: isWrong }}
      confirmLoading={send.isPending}
      onOk={() => send.mutate()}
      onCancel={onClose}
    >
      {fields.map(([name, text, set]) => (
        <div key={name} className="field">
          <label htmlFor={`${id}-${name}`}>{t(`plans.evidence-${name}` as 'plans.evidence-on')}</label>
          <Input id={`${id}-${name}`} maxLength={500} value={text} onChange={(event) => set(event.target.value)} />
        </div>
      ))}
      <div className="field">
        <label htmlFor={`${id}-files`}>{t('plans.evidence-files')}</label>
        <input id={`${id}-files`} type="file" multiple onChange={(event) => setFiles([...(event.target.files ?? [])])} />
      </div>
      <p className="hint">{t('plans.evidence-help')}</p>
      {send.isError && <ProblemPanel error={send.error} doing={t('plans.prove')} />}
    </Modal>
  )
}

interface JudgeProps {
  plan: string
  target: PlanTarget
  evidence: PlanEvidence
  accepts: boolean
  onClose: () => void
}

function Judge({ plan, target, evidence, accepts, onClose }: JudgeProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const judge = useMutation({
    mutationFn: (reason: string) => judgeEvidence(plan, evidence.number, accepts, reason),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['plan', plan] })
      onClose()
    },
  })
  return (
    <ReasonDialog
      title={t(accepts ? 'plans.evidence-accept-of' : 'plans.evidence-return-of', { literal: target.literal })}
      confirm={t(accepts ? 'plans.evidence-accept' : 'plans.evidence-return')}
      stock={[t(accepts ? 'plans.stock-evidence' : 'plans.stock-incomplete')]}
      busy={judge.isPending}
      error={judge.error}
      onConfirm={(reason) => judge.mutate(reason)}
      onClose={onClose}
    />
  )
}
