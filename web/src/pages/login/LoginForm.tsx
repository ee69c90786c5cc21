import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Who, logIn } from '../../api/access'
import { problemOf } from '../../api/errors'
import { CodeField } from '../../kit/CodeField'
import { Field } from '../../kit/Field'
import { PasswordField } from '../../kit/PasswordField'
import { ProblemPanel } from '../../kit/Problem'
import { Time } from '../../kit/Text'
import { ExpiredPassword } from './ExpiredPassword'
import { type Step, lockedUntil, stepAfter } from './refusal'

interface Props {
  account: string
  /** Nobody else logs in here. */
  isFixed?: boolean
  submit: string
  /** Beside the button. */
  beside?: ReactNode
  onDone: (who: Who) => void
}

interface Typed {
  account: string
  password: string
  code: string
}

/** The account and its password, then a code where the program asks for one; what was typed stays. */
export function LoginForm({ account, isFixed, submit, beside, onDone }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<Typed>({ account, password: '', code: '' })
  const [step, setStep] = useState<Step>('password')
  const [isChanged, setChanged] = useState(false)
  const [hasCode, setHasCode] = useState(false)
  const login = useMutation({
    mutationFn: () => logIn(typed.account.trim(), typed.password, step === 'code' ? typed.code.trim() : undefined),
    onSuccess: onDone,
    onError: (error) => {
      const next = stepAfter(problemOf(error), step)
      setStep(next)
      setHasCode(hasCode || next === 'code')
      setTyped((now) => ({ ...now, code: '' }))
    },
  })
  const set = (part: Partial<Typed>) => setTyped({ ...typed, ...part })
  const send = (event: FormEvent) => {
    event.preventDefault()
    login.mutate()
  }
  if (step === 'expired') {
    const changed = () => {
      setChanged(true)
      setStep('password')
      login.reset()
      set({ password: '' })
    }
    return <ExpiredPassword account={typed.account.trim()} old={typed.password} hasCode={hasCode} onDone={changed} />
  }
  const isCode = step === 'code'
  const isMissing = typed.account.trim() === '' || typed.password === '' || (isCode && typed.code.trim() === '')
  return (
    <form onSubmit={send}>
      {isChanged && (
        <p className="note" role="status">
          {t('login.changed')}
        </p>
      )}
      {login.isError && <LoginRefusal error={login.error} isCode={isCode} />}
      {!isCode && (
        <>
          <Field label={t('login.account')} required unmarked>
            {(described) => (
              <Input
                {...described}
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                autoFocus={!isFixed && account === ''}
                readOnly={isFixed ?? false}
                value={typed.account}
                onChange={(event) => set({ account: event.target.value })}
              />
            )}
          </Field>
          <PasswordField
            label={t('login.password')}
            autoComplete="current-password"
            autoFocus={account !== ''}
            value={typed.password}
            onChange={(password) => set({ password })}
          />
        </>
      )}
      {isCode && <Code account={typed.account} value={typed.code} set={(code) => set({ code })} back={() => setStep('password')} isFixed={isFixed ?? false} />}
      <div className="actions actions-start">
        <Button type="primary" htmlType="submit" loading={login.isPending} disabled={isMissing} title={isMissing ? t('login.missing') : ''}>
          {submit}
        </Button>
        {beside}
      </div>
    </form>
  )
}

function Code({ account, value, set, back, isFixed }: { account: string; value: string; set: (code: string) => void; back: () => void; isFixed: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      <p>{t('login.code-about', { account })}</p>
      <CodeField autoFocus value={value} onChange={set} />
      <p className="hint">{t('login.code-lost')}</p>
      {!isFixed && (
        <p>
          <button type="button" className="link-button" onClick={back}>
            {t('login.back')}
          </button>
        </p>
      )}
    </>
  )
}

/** A refusal in a few words; that a code is wanted is none. */
export function LoginRefusal({ error, isCode }: { error: unknown; isCode: boolean }) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  if (problem.code === 'second-factor-needed') return null
  const until = lockedUntil(problem)
  if (until) {
    return (
      <p className="note login-refused" role="alert">
        {t('login.locked')} <Time at={until} />
        {t('login.locked-help')}
      </p>
    )
  }
  if (problem.code === 'login-refused') {
    return (
      <p className="note login-refused" role="alert">
        {t(isCode ? 'login.code-refused' : 'login.refused')}
      </p>
    )
  }
  return <ProblemPanel error={error} doing={t('login.title')} />
}
