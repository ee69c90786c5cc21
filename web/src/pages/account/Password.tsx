import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { changePassword, ownSessions, session } from '../../api/access'
import { problemOf } from '../../api/errors'
import { NO_PASSWORD, NewPassword, missingOf } from '../../kit/NewPassword'
import { PasswordField } from '../../kit/PasswordField'
import { ProblemPanel } from '../../kit/Problem'

export function Password() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [old, setOld] = useState('')
  const [wanted, setWanted] = useState(NO_PASSWORD)
  const change = useMutation({
    mutationFn: () => changePassword(old, wanted.password),
    onSuccess: async () => {
      setOld('')
      setWanted(NO_PASSWORD)
      await Promise.all([session, ownSessions].map(({ queryKey }) => queries.invalidateQueries({ queryKey })))
    },
  })
  const missing = old === '' ? 'password.missing' : missingOf(wanted)
  const refusal = change.isError ? problemOf(change.error).code : undefined
  const send = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <form onSubmit={send} className="padded narrow-form">
      <p className="hint">{t('password.about')}</p>
      {change.isSuccess && (
        <p className="note" role="status">
          {t('password.done')}
        </p>
      )}
      {refusal !== undefined && !['weak-password', 'login-refused'].includes(refusal) && <ProblemPanel error={change.error} doing={t('password.change')} />}
      <PasswordField
        label={t('password.old')}
        autoComplete="current-password"
        value={old}
        fault={refusal === 'login-refused' && t('password.old-wrong')}
        onChange={setOld}
      />
      <NewPassword value={wanted} error={change.error} onChange={setWanted} />
      <Button type="primary" htmlType="submit" loading={change.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''}>
        {t('password.change')}
      </Button>
    </form>
  )
}
