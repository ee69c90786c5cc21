import { useMutation, useQueryClient } from '@tanstack/react-query'
import Input from 'antd/es/input'
import Modal from 'antd/es/modal'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { session, setPurpose } from '../api/access'
import { Field } from '../kit/Field'
import { ProblemPanel } from '../kit/Problem'
import { useReturnFocus } from '../kit/useReturnFocus'
import { useSession } from '../kit/useSession'

/** What the session is for. Grants for other purposes rest until it is another one, so all that is shown is read again. */
export function PurposeDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const { who } = useSession()
  const queries = useQueryClient()
  const [typed, setTyped] = useState(who.purpose ?? '')
  useReturnFocus()
  const set = useMutation({
    mutationFn: setPurpose,
    onSuccess: async (told) => {
      queries.setQueryData(session.queryKey, told)
      onClose()
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== session.queryKey[0] })
    },
  })
  return (
    <Modal
      open
      title={t('session.purpose')}
      okText={t('session.purpose-save')}
      cancelText={t('action.cancel')}
      closable={{ 'aria-label': t('action.close') }}
      confirmLoading={set.isPending}
      onOk={() => set.mutate(typed.trim() || null)}
      onCancel={onClose}
    >
      <Field label={t('session.purpose')} help={t('session.purpose-help')}>
        {(described) => <Input {...described} autoFocus maxLength={500} value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
      {set.isError && <ProblemPanel error={set.error} doing={t('session.purpose')} />}
    </Modal>
  )
}
