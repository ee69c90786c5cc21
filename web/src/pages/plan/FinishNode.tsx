import Input from 'antd/es/input'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanNode, keepDocuments } from '../../api/plans'
import { Field } from '../../kit/Field'
import { now as clock } from '../../kit/clock'
import { dayOf } from '../../kit/day'
import { useDrafted } from '../../kit/useDrafted'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { DraftedDialog } from './DraftedDialog'
import { Files } from './Files'
import { MovedMeanwhile } from './MovedMeanwhile'
import type { Seen } from './holding'
import { finishOf } from './nodes'
import { useStep } from './useStep'

interface Props {
  plan: Plan
  etag: string | undefined
  node: PlanNode
  onClose: () => void
}

interface Written {
  /** Absent until another day than today is said. */
  on?: string
  note: string
  files: string[]
}

/** Says on which day a node was finished, with what shows it, and before it is sent whether that is late. */
export function FinishNode({ plan, etag, node: opened, onClose }: Props) {
  const { t } = useTranslation()
  // What is asked about stays what it was seen as, until it is told how it stands now.
  const [seen, setSeen] = useState<Seen<PlanNode>>({ about: opened, etag })
  const node = seen.about
  const drafted = useDrafted<Written>(`plan.${plan.id}.finish.${node.id}`, { note: '', files: [] })
  const { now, write, finish } = drafted
  const [files, setFiles] = useState<File[]>([])
  useReturnFocus()
  const done = async () => {
    await finish()
    onClose()
  }
  const { step, other } = useStep(plan, done, setSeen)
  const today = dayOf(clock())
  const on = (now.on ?? today).trim()
  const { fault, needsFiles, lateAfter } = finishOf(node, on, today, files.length)
  const send = () =>
    step.mutate({
      seen,
      prepare: async () => ({ step: 'finish', on, documents: await keepDocuments(plan.id, files), ...(now.note.trim() && { reason: now.note.trim() }) }),
    })
  return (
    <DraftedDialog
      title={t('plans.step-finish-of', { title: node.title })}
      doing={t('plans.step-finish')}
      drafted={drafted}
      isReady={fault === undefined && !needsFiles}
      busy={step.isPending}
      error={other ? null : step.error}
      {...(other?.finished && { over: <MovedMeanwhile node={other} /> })}
      onSend={send}
      onClose={onClose}
    >
      {other && <MovedMeanwhile node={other} />}
      <Field
        label={t('plans.finish-day')}
        required
        help={lateAfter !== undefined && <span className="warning-text">{t('plans.finish-late', { day: lateAfter })}</span>}
        fault={fault && t(fault === 'wrong' ? 'plans.day-wrong' : 'plans.finish-ahead')}
      >
        {(described) => <Input {...described} value={now.on ?? today} onChange={(event) => write({ on: event.target.value })} />}
      </Field>
      <Field label={t('plans.evidence-note')}>{(described) => <Input.TextArea {...described} rows={2} maxLength={500} value={now.note} onChange={(event) => write({ note: event.target.value })} />}</Field>
      <Files
        files={files}
        kept={now.files}
        set={(next) => {
          setFiles(next)
          write({ files: next.map(({ name }) => name) })
        }}
      />
      <p className={needsFiles ? 'hint warning-text' : 'hint'}>{t('plans.finish-shown')}</p>
    </DraftedDialog>
  )
}
