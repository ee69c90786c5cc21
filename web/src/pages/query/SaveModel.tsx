import { useMutation, useQueryClient } from '@tanstack/react-query'
import Input from 'antd/es/input'
import Modal from 'antd/es/modal'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { saveModel } from '../../api/models'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { useReturnFocus } from '../../kit/useReturnFocus'

const NAME = /^[a-z][a-z0-9_]{0,62}$/

/** Makes a query a model of the site's own pack; what the check of the pack finds is told here, with its place. */
export default function SaveModel({ sql, onClose }: { sql: string; onClose: () => void }) {
  const { t } = useTranslation()
  const id = useId()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { stay } = useReturnFocus()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const [reason, setReason] = useState('')
  const save = useMutation({
    mutationFn: () => saveModel({ name, title: title.trim(), sql, reason: reason.trim() }),
    onSuccess: async () => {
      await queries.invalidateQueries()
      stay()
      void navigate(`/models/site.${name}`)
    },
  })
  const missing = !NAME.test(name) ? t('save.name-help') : title.trim() === '' ? t('save.title-missing') : reason.trim() === '' ? t('reason-dialog.missing') : ''
  return (
    <Modal
      open
      title={t('save.open')}
      okText={t('save.save')}
      cancelText={t('action.cancel')}
      closable={{ 'aria-label': t('action.close') }}
      okButtonProps={{ disabled: missing !== '', title: missing }}
      confirmLoading={save.isPending}
      onOk={() => save.mutate()}
      onCancel={onClose}
    >
      <p className="hint">{t('save.about')}</p>
      <div className="field">
        <label htmlFor={`${id}-title`}>
          {t('save.title')} <span className="required">{t('field.required')}</span>
        </label>
        <Input id={`${id}-title`} value={title} maxLength={50} aria-required onChange={(event) => setTitle(event.target.value)} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-name`}>
          {t('save.name')} <span className="required">{t('field.required')}</span>
        </label>
        <Input
          id={`${id}-name`}
          value={name}
          maxLength={63}
          aria-required
          aria-describedby={`${id}-name-help`}
          addonBefore="site."
          onChange={(event) => setName(event.target.value.toLowerCase())}
        />
        <p id={`${id}-name-help`} className="hint">
          {t('save.name-help')}
        </p>
      </div>
      <ReasonField id={`${id}-reason`} value={reason} set={setReason} stock={t('save.stock').split('|')} />
      {save.isError && <ProblemPanel error={save.error} doing={t('save.check')} />}
    </Modal>
  )
}
