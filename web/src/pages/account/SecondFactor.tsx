import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Account, type Enrolment, beginSecondFactor, confirmSecondFactor, giveUpSecondFactor, session } from '../../api/access'
import { problemOf } from '../../api/errors'
import { CodeField } from '../../kit/CodeField'
import { Copied } from '../../kit/Copied'
import { Lamp } from '../../kit/Lamp'
import { PasswordField } from '../../kit/PasswordField'
import { ProblemPanel } from '../../kit/Problem'
import { grouped } from './secret'

/** A code from a phone beside the password: set up, confirmed by a first code, taken away. */
export function SecondFactor({ account }: { account: Account }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const renew = () => queries.invalidateQueries({ queryKey: session.queryKey })
  const begin = useMutation({ mutationFn: beginSecondFactor })
  return (
    <div className="padded narrow-form">
      <p>{account.has_second_factor ? <Lamp state="good">{t('factor.on')}</Lamp> : <Lamp state="absent">{t('factor.off')}</Lamp>}</p>
      <p className="hint">{t('factor.about')}</p>
      {account.has_second_factor ? (
        <GiveUp onDone={renew} />
      ) : (
        !begin.data && (
          <Button type="primary" loading={begin.isPending} onClick={() => begin.mutate()}>
            {t('factor.begin')}
          </Button>
        )
      )}
      {begin.isError && <ProblemPanel error={begin.error} doing={t('factor.begin')} />}
      {begin.data && !account.has_second_factor && <Confirm enrolment={begin.data} onDone={renew} />}
    </div>
  )
}

function Confirm({ enrolment, onDone }: { enrolment: Enrolment; onDone: () => Promise<void> }) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const confirm = useMutation({ mutationFn: () => confirmSecondFactor(code.trim()), onSuccess: onDone, onError: () => setCode('') })
  const send = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate()
  }
  const isMissing = !/^\d{6}$/.test(code.replaceAll(' ', ''))
  return (
    <form onSubmit={send} className="factor">
      <ol className="steps">
        <li>{t('factor.step-app')}</li>
        <li>
          {t('factor.step-secret')}
          <p className="factor-secret code" translate="no" aria-label={t('factor.secret')}>
            {grouped(enrolment.secret)}
          </p>
          <details>
            <summary>{t('factor.uri')}</summary>
            <Copied label={t('factor.uri')} text={enrolment.uri} />
          </details>
        </li>
        <li>{t('factor.step-code')}</li>
      </ol>
      <CodeField value={code} onChange={setCode} />
      {confirm.isError && <ProblemPanel error={confirm.error} doing={t('factor.confirm')} />}
      <Button type="primary" htmlType="submit" loading={confirm.isPending} disabled={isMissing} title={isMissing ? t('login.code-help') : ''}>
        {t('factor.confirm')}
      </Button>
    </form>
  )
}

/** Whoever takes it away shows both factors: a page that was left open is not enough. */
function GiveUp({ onDone }: { onDone: () => Promise<void> }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const remove = useMutation({ mutationFn: () => giveUpSecondFactor(password, code.trim()), onSuccess: onDone, onError: () => setCode('') })
  const send = (event: FormEvent) => {
    event.preventDefault()
    remove.mutate()
  }
  if (!isOpen) return <Button onClick={() => setOpen(true)}>{t('factor.remove')}</Button>
  const isMissing = password === '' || code.trim() === ''
  const isRefused = remove.isError && problemOf(remove.error).code === 'login-refused'
  return (
    <form onSubmit={send}>
      <p className="hint">{t('factor.remove-about')}</p>
      <PasswordField label={t('login.password')} autoComplete="current-password" value={password} onChange={setPassword} />
      <CodeField value={code} onChange={setCode} />
      {isRefused && (
        <p className="note login-refused" role="alert">
          {t('factor.remove-refused')}
        </p>
      )}
      {remove.isError && !isRefused && <ProblemPanel error={remove.error} doing={t('factor.remove')} />}
      <div className="actions">
        <Button danger htmlType="submit" loading={remove.isPending} disabled={isMissing} title={isMissing ? t('factor.remove-about') : ''}>
          {t('factor.remove')}
        </Button>
        <Button onClick={() => setOpen(false)}>{t('action.cancel')}</Button>
      </div>
    </form>
  )
}
