import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Modal from 'antd/es/modal'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemPanel } from './Problem'
import { useReturnFocus } from './useReturnFocus'
import { useSession } from './useSession'

interface Props {
  title: string
  confirm: string
  danger?: boolean
  /** Has a table in it. */
  wide?: boolean
  /** What it will do, in words. */
  children?: ReactNode
  /** Why there is nothing left to do: it stands where the reason was asked for, and nothing can be confirmed. */
  over?: ReactNode
  /** Words that are often the reason. */
  stock: string[]
  busy: boolean
  error: unknown
  onConfirm: (reason: string) => void
  onClose: () => void
}

/** Whoever changes something says why; who it is the program knows. */
export function ReasonDialog(props: Props) {
  const { t } = useTranslation()
  const { name } = useSession()
  const [reason, setReason] = useState('')
  const id = useId()
  useReturnFocus()
  const isMissing = reason.trim() === ''
  return (
    <Modal
      open
      width={props.wide ? 1040 : 520}
      title={props.title}
      okText={props.confirm}
      cancelText={t('action.cancel')}
      closable={{ 'aria-label': t('action.close') }}
      okButtonProps={{ danger: props.danger ?? false, disabled: isMissing, title: isMissing ? t('reason-dialog.missing') : '' }}
      confirmLoading={props.busy}
      onOk={() => props.onConfirm(reason.trim())}
      onCancel={props.onClose}
      {...(props.over !== undefined && { footer: <Button onClick={props.onClose}>{t('action.close')}</Button> })}
    >
      {props.children}
      {props.over ?? (
        <>
          <ReasonField id={id} value={reason} set={setReason} stock={props.stock} />
          <p className="hint">{t('reason-dialog.who', { who: name })}</p>
          {props.error !== null && props.error !== undefined && <ProblemPanel error={props.error} doing={props.title} />}
        </>
      )}
    </Modal>
  )
}

interface FieldProps {
  id: string
  value: string
  set: (reason: string) => void
  stock: string[]
  /** Unless only some of what can be done with it asks for a reason. */
  isRequired?: boolean
}

export function ReasonField({ id, value, set, stock, isRequired = true }: FieldProps) {
  const { t } = useTranslation()
  return (
    <div className="field">
      <label htmlFor={id}>
        {t('reason-dialog.why')} {isRequired && <span className="required">{t('field.required')}</span>}
      </label>
      <Input.TextArea
        id={id}
        rows={2}
        maxLength={500}
        value={value}
        aria-required={isRequired}
        onChange={(event) => set(event.target.value)}
      />
      <div className="stock">
        {stock.map((words) => (
          <button key={words} type="button" onClick={() => set(words)}>
            {words}
          </button>
        ))}
      </div>
    </div>
  )
}
