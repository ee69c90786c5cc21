import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type Account, type ProvedIdentity, forgetProved, linkProved } from '../../api/access'
import { problemOf } from '../../api/errors'
import { CodeField } from '../../kit/CodeField'
import { Facts } from '../../kit/Page'
import { PasswordField } from '../../kit/PasswordField'
import { ProblemPanel } from '../../kit/Problem'
import { Code } from '../../kit/Text'
import { LoginRefusal } from '../login/LoginForm'
import { lockedUntil } from '../login/refusal'

interface Props {
  account: Account
  proved: ProvedIdentity
  /** What the provider is called. */
  name: string
  onDone: () => Promise<void>
}

/** Whom the provider has proved, and whether it is them who are to come in to one's account from now on: shown before anything is linked. */
export function LinkProved({ account, proved, name, onDone }: Props) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [, setAddress] = useSearchParams()
  const done = () => {
    setAddress({ tab: 'identities' }, { replace: true })
    return onDone()
  }
  const link = useMutation({ mutationFn: () => linkProved(proved, password, code.trim()), onSuccess: done, onError: () => setCode('') })
  const forget = useMutation({ mutationFn: forgetProved, onSuccess: done })
  const send = (event: FormEvent) => {
    event.preventDefault()
    link.mutate()
  }
  const hasCode = account.has_second_factor
  const missing = password === '' ? 'identities.password-missing' : hasCode && code.trim() === '' ? 'login.code-help' : undefined
  return (
    <form onSubmit={send} className="narrow-form" aria-labelledby="link-proved">
      <h3 id="link-proved">{t('identities.confirm', { name })}</h3>
      <Facts
        items={[
          [t('identities.name'), <span translate="no">{proved.name ?? '—'}</span>],
          [t('identities.subject'), <Code>{proved.subject}</Code>],
          [t('identities.account'), <span translate="no">{t('identities.account-named', { name: account.name, id: account.id })}</span>],
        ]}
      />
      <p className="hint">{t('identities.confirm-about')}</p>
      {link.isError && <Refused error={link.error} hasCode={hasCode} />}
      {forget.isError && <ProblemPanel error={forget.error} doing={t('identities.forget')} />}
      <PasswordField label={t('login.password')} autoComplete="current-password" value={password} onChange={setPassword} />
      {hasCode && <CodeField value={code} onChange={setCode} />}
      <div className="actions actions-start">
        <Button type="primary" htmlType="submit" loading={link.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''}>
          {t('identities.confirm-do')}
        </Button>
        <Button loading={forget.isPending} onClick={() => forget.mutate()}>
          {t('identities.forget')}
        </Button>
      </div>
    </form>
  )
}

function Refused({ error, hasCode }: { error: unknown; hasCode: boolean }) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  if (problem.code === 'login-refused') {
    return (
      <p className="note login-refused" role="alert">
        {t(hasCode ? 'factor.remove-refused' : 'identities.refused')}
      </p>
    )
  }
  return lockedUntil(problem) ? <LoginRefusal error={error} isCode={false} /> : <ProblemPanel error={error} doing={t('identities.confirm-do')} />
}
