import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Checkbox from 'antd/es/checkbox'
import Input from 'antd/es/input'
import Popconfirm from 'antd/es/popconfirm'
import Select from 'antd/es/select'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Token, createToken, revokeToken, tokens as tokensQuery } from '../../api/access'
import { now } from '../../kit/clock'
import { Copied } from '../../kit/Copied'
import { type Column, DataTable } from '../../kit/DataTable'
import { Field } from '../../kit/Field'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { Age, Hint, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { SharingProfile } from './SharingProfile'

const SCOPES = ['read', 'deliver', 'manage'] as const
const DAYS = [7, 30, 60, 90]
const DAY = 86_400_000
/** Taken off the longest term: the clock of the program may be a moment behind. */
const LEEWAY = 60_000

/** What a program shows in place of a password: one's own, or those of an account that is a program. */
export function Tokens({ of }: { of?: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const query = useQuery(tokensQuery(of))
  const renew = () => queries.invalidateQueries({ queryKey: tokensQuery(of).queryKey })
  const revoke = useMutation({ mutationFn: (token: string) => revokeToken(of, token), onSettled: renew })
  return (
    <div className="padded">
      <p className="hint">{t(of === undefined ? 'tokens.about' : 'tokens.about-service')}</p>
      <NewToken of={of} onMade={renew} />
      {revoke.isError && <ProblemPanel error={revoke.error} doing={t('tokens.revoke')} />}
      <Section title={t('tokens.list')} flush>
        <Loaded query={query} doing={t('tokens.title')}>
          {(list) => <List tokens={list} revoke={(id) => revoke.mutate(id)} />}
        </Loaded>
      </Section>
    </div>
  )
}

function NewToken({ of, onMade }: { of: string | undefined; onMade: () => Promise<void> }) {
  const { t } = useTranslation()
  const id = useId()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<string[]>(['read'])
  const [purpose, setPurpose] = useState('')
  const [days, setDays] = useState(30)
  const make = useMutation({
    mutationFn: () => createToken(of, { name: name.trim(), scope, purpose: purpose.trim() || null, expires_at: new Date(now() + days * DAY - LEEWAY).toISOString() }),
    onSuccess: async () => {
      setName('')
      setPurpose('')
      await onMade()
    },
  })
  const missing = name.trim() === '' ? 'tokens.name-missing' : scope.length === 0 ? 'tokens.scope-missing' : undefined
  const send = (event: FormEvent) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <form onSubmit={send} className="narrow-form">
      <Field label={t('tokens.name')} required help={t('tokens.name-help')}>
        {(described) => <Input {...described} maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <fieldset className="field">
        <legend>
          {t('tokens.scope')} <span className="required">{t('field.required')}</span>
        </legend>
        <Checkbox.Group className="choices" value={scope} onChange={setScope} options={SCOPES.map((one) => ({ value: one, label: t(`scope.${one}`) }))} />
      </fieldset>
      <Field label={t('tokens.purpose')} help={t('tokens.purpose-help')}>
        {(described) => <Input {...described} maxLength={200} value={purpose} onChange={(event) => setPurpose(event.target.value)} />}
      </Field>
      <div className="field">
        <label htmlFor={id}>{t('tokens.days')}</label>
        <Select id={id} value={days} onChange={setDays} options={DAYS.map((count) => ({ value: count, label: t('tokens.days-of', { count }) }))} />
      </div>
      <Button type="primary" htmlType="submit" loading={make.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''}>
        {t('tokens.make')}
      </Button>
      {make.isError && <ProblemPanel error={make.error} doing={t('tokens.make')} />}
      {make.data && (
        <div className="note once" role="status">
          <p>
            <strong>{t('tokens.once', { name: make.data.token.name })}</strong>
          </p>
          <Copied label={t('tokens.secret')} text={make.data.secret} />
          {make.data.token.scope.includes('read') && <SharingProfile secret={make.data.secret} expiresAt={make.data.token.expires_at} />}
          {make.data.token.login && <Login login={make.data.token.login} />}
        </div>
      )}
    </form>
  )
}

/** How a database client logs in with the token: it reads the same as over HTTP, where the program is told to listen for it. */
function Login({ login }: { login: string }) {
  const { t } = useTranslation()
  return (
    <>
      <Copied label={t('tokens.login')} text={login} />
      <Copied label={t('tokens.line')} text={`postgresql://${login}@${window.location.hostname}:PORT/yandu`} />
      <Hint>{t('tokens.line-help')}</Hint>
    </>
  )
}

function List({ tokens, revoke }: { tokens: Token[]; revoke: (id: string) => void }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<Token>[] = [
    { key: 'name', title: t('tokens.name'), render: (one) => <span translate="no">{one.name}</span> },
    { key: 'login', title: t('tokens.login'), full: true, render: (one) => <span translate="no">{one.login}</span> },
    { key: 'scope', title: t('tokens.scope'), full: true, render: (one) => one.scope.map((name) => word('scope', name)).join(t('app.comma')) },
    { key: 'purpose', title: t('tokens.purpose'), full: true, render: (one) => (one.purpose ? <span translate="no">{one.purpose}</span> : <Hint>—</Hint>) },
    { key: 'created', title: t('tokens.created'), full: true, render: (one) => <Time at={one.created_at} /> },
    { key: 'expires', title: t('tokens.expires'), full: true, render: (one) => <Time at={one.expires_at} /> },
    { key: 'used', title: t('tokens.used'), render: (one) => (one.last_used_at ? <Age at={one.last_used_at} /> : <Hint>{t('tokens.never')}</Hint>) },
    {
      key: 'do',
      title: t('version.do'),
      pinned: true,
      render: (one) => (
        <Popconfirm title={t('tokens.revoke-sure')} okText={t('tokens.revoke')} cancelText={t('action.cancel')} onConfirm={() => revoke(one.id)}>
          <Button size="small" aria-label={t('tokens.revoke-of', { name: one.name })}>
            {t('tokens.revoke')}
          </Button>
        </Popconfirm>
      ),
    },
  ]
  return <DataTable label={t('tokens.list')} columns={columns} rows={tokens} rowKey={(one) => one.id} empty={<Nothing title={t('tokens.none')} />} />
}
