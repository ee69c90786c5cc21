import Modal from 'antd/es/modal'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import type { Drafted } from '../../kit/useDrafted'

interface Props<T> {
  title: string
  /** What is done, as its button says it. */
  doing: string
  drafted: Pick<Drafted<T>, 'draft' | 'isKnown' | 'reset'>
  /** Whether what is written can be sent. */
  isReady: boolean
  busy: boolean
  error: unknown
  /** Why there is nothing left to do; it stands in place of the form. */
  over?: ReactNode
  children: ReactNode
  onSend: () => void
  onClose: () => void
}

/** A small form whose draft is kept while it is written. */
export function DraftedDialog<T>({ title, doing, drafted: { draft, isKnown, reset }, isReady, busy, error, over, children, onSend, onClose }: Props<T>) {
  const { t } = useTranslation()
  const form = (
    <>
      <Restored draft={draft} reset={reset} />
      {children}
      <Saved draft={draft} />
      {error !== null && <ProblemPanel error={error} doing={doing} />}
    </>
  )
  return (
    <Modal
      open
      title={title}
      okText={doing}
      cancelText={t('action.cancel')}
      closable={{ 'aria-label': t('action.close') }}
      okButtonProps={{ disabled: !isKnown || !isReady }}
      confirmLoading={busy}
      onOk={onSend}
      onCancel={onClose}
      {...(over && { footer: null })}
    >
      {over ?? (isKnown ? form : <Waiting />)}
    </Modal>
  )
}
