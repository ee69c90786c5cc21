import { useMutation, useQueryClient } from '@tanstack/react-query'
import Modal from 'antd/es/modal'
import Select from 'antd/es/select'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Decision, type Suggestion, decide } from '../../api/classification'
import { Field } from '../../kit/Field'
import { GRADES } from '../../kit/grades'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useSession } from '../../kit/useSession'
import { useWords } from '../../kit/words'
import { useClasses } from './useClasses'

export interface Deciding {
  verdict: 'confirm' | 'change' | 'reject'
  suggestions: Suggestion[]
}

interface Props extends Deciding {
  onClose: () => void
  onDone: () => void
}

const order = (grade: string) => GRADES.indexOf(grade as (typeof GRADES)[number])

/** Decides on one or many; a reason is asked for where the record needs one. */
export function DecisionDialog({ verdict, suggestions, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { name } = useSession()
  const { classes, nameOf } = useClasses()
  const queries = useQueryClient()
  const first = suggestions[0]
  const [grade, setGrade] = useState(first?.grade ?? 'general-1')
  const [group, setGroup] = useState(first?.class ?? '')
  const [reason, setReason] = useState('')
  const id = useId()
  useReturnFocus()
  // What holds already is what a field would be lowered from.
  const now = (one: Suggestion) => Math.max(order(one.present), one.holds ? order(one.grade) : 0)
  const isLowering = suggestions.some((one) => verdict !== 'reject' && order(verdict === 'change' ? grade : one.grade) < now(one))
  const needsReason = verdict === 'reject' || isLowering
  const act = useMutation({
    mutationFn: () => {
      const body: Decision = {
        suggestions: suggestions.map((one) => one.id),
        verdict,
        ...(verdict === 'change' && { grade, ...(group && { class: group }) }),
        ...(reason.trim() && { reason: reason.trim() }),
      }
      return decide(body)
    },
    onSuccess: async () => {
      onDone()
      await queries.invalidateQueries()
    },
  })
  const isMissing = needsReason && reason.trim() === ''
  const title = suggestions.length > 1 ? t(`classification.${verdict}-many`, { count: suggestions.length }) : t(`classification.${verdict}-of`, { title: first?.title ?? first?.dataset_title ?? '' })
  return (
    <Modal
      open
      title={title}
      okText={t(`classification.${verdict}`)}
      cancelText={t('action.cancel')}
      closable={{ 'aria-label': t('action.close') }}
      okButtonProps={{ danger: isLowering, disabled: isMissing, title: isMissing ? t('reason-dialog.missing') : '' }}
      confirmLoading={act.isPending}
      onOk={() => act.mutate()}
      onCancel={onClose}
    >
      <ul className="plain-list">
        {suggestions.slice(0, 10).map((one) => (
          <li key={one.id}>
            {one.title ?? one.dataset_title} — {word('grade', one.present)} → {verdict === 'reject' ? word('grade', one.present) : word('grade', verdict === 'change' ? grade : one.grade)}
            {verdict !== 'reject' && ` · ${nameOf(verdict === 'change' ? group || one.class : one.class)}`}
          </li>
        ))}
        {suggestions.length > 10 && <li>{t('classification.and-more', { count: suggestions.length - 10 })}</li>}
      </ul>
      {verdict === 'change' && (
        <>
          <Field label={t('dataset.grade')} required>
            {(described) => <Select {...described} value={grade} onChange={setGrade} options={GRADES.map((one) => ({ value: one, label: t(`grade.${one}`) }))} />}
          </Field>
          <Field label={t('classification.class')}>
            {(described) => (
              <Select {...described} value={group} onChange={setGroup} options={[{ value: '', label: t('classification.no-class') }, ...classes.map((one) => ({ value: one.id, label: one.title }))]} />
            )}
          </Field>
        </>
      )}
      {verdict === 'reject' && <p className="hint">{t('classification.reject-about')}</p>}
      {isLowering && <p role="status">{t('classification.lowering-about')}</p>}
      {needsReason && (
        <ReasonField id={id} value={reason} set={setReason} stock={t(verdict === 'reject' ? 'classification.reject-stock' : 'classification.lower-stock').split('|')} />
      )}
      <p className="hint">{t('reason-dialog.who', { who: name })}</p>
      {act.isError && <ProblemPanel error={act.error} doing={title} />}
    </Modal>
  )
}
