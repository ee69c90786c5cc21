import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { changeExpired } from '../../api/access'
import { problemOf } from '../../api/errors'
import { CodeField } from '../../kit/CodeField'
import { NO_PASSWORD, NewPassword, missingOf } from '../../kit/NewPassword'
import { PasswordField } from '../../kit/PasswordField'
import { ProblemPanel } from '../../kit/Problem'

interface Props {
  account: string
  old: string
  /** The account has a second factor, whose codes are taken once each. */
  hasCode: boolean
  onDone: () => void
}

/** A password that is too old to log in with is changed before anything else. */
export function ExpiredPassword({ account, old: typed, hasCode, onDone }: Props) {
  const { t } = useTranslation()
  const [old, setOld] = useState(typed)
  const [wanted, setWanted] = useState(NO_PASSWORD)
  const [code, setCode] = useState('')
  const change = useMutation({ mutationFn: () => changeExpired(account, old, wanted.password, code.trim()), onSuccess: onDone, onError: () => setCode('') })
  const missing = old === '' ? 'password.missing' : (missingOf(wanted) ?? (hasCode && code.trim() === '' ? 'login.code-help' : undefined))
  const send = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <form onSubmit={send}>
      <p className="note" role="status">
        {t('login.expired', { account })}
      </p>
      {change.isError && problemOf(change.error).code !== 'weak-password' && <ProblemPanel error={change.error} doing={t('password.change')} />}
      <PasswordField label={t('password.old')} autoComplete="current-password" value={old} onChange={setOld} />
      <NewPassword value={wanted} error={change.error} onChange={setWanted} />
      {hasCode && <CodeField value={code} onChange={setCode} />}
      <Button type="primary" htmlType="submit" loading={change.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''}>
        {t('password.change')}
      </Button>
    </form>
  )
}
