import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type Who, sendOpenidCode } from '../../api/access'
import { problemOf } from '../../api/errors'
import { CodeField } from '../../kit/CodeField'
import { LoginRefusal } from './LoginForm'
import { OpenidRefused } from './OpenidButton'
import { refusalOf } from './openid'
import { lockedUntil } from './refusal'

/** The provider has let somebody in whose account has a second factor here. */
export function OpenidCode({ name, onDone }: { name: string; onDone: (who: Who) => void }) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const send = useMutation({ mutationFn: () => sendOpenidCode(code.trim()), onSuccess: onDone, onError: () => setCode('') })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  const isMissing = code.trim() === ''
  return (
    <form onSubmit={submit}>
      <p>{t('openid.code-about', { name })}</p>
      {send.isError && <Refused error={send.error} name={name} />}
      <CodeField autoFocus value={code} onChange={setCode} />
      <p className="hint">{t('login.code-lost')}</p>
      <div className="actions actions-start">
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={isMissing} title={isMissing ? t('login.code-help') : ''}>
          {t('login.do')}
        </Button>
        <Link to="/login">{t('openid.restart')}</Link>
      </div>
    </form>
  )
}

function Refused({ error, name }: { error: unknown; name: string }) {
  const problem = problemOf(error)
  const refusal = refusalOf(problem.code)
  // Until when a name is locked stands in the problem.
  if (refusal && !lockedUntil(problem)) return <OpenidRefused refusal={refusal} name={name} />
  return <LoginRefusal error={error} isCode />
}
