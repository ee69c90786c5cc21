import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Popconfirm from 'antd/es/popconfirm'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Account, type Identity, type Openid, beginLink, identities as identitiesQuery, linkIdentity, removeIdentity } from '../../api/access'
import { type Column, DataTable } from '../../kit/DataTable'
import { Field } from '../../kit/Field'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Age, Code, Hint, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { OpenidRefused } from '../login/OpenidButton'
import { nameOf, refusalOf } from '../login/openid'
import { LinkProved } from './LinkProved'

interface Props {
  openid: Openid
  /** One's own account. */
  mine?: Account
  /** Another's account, for the system administrator. */
  of?: string
  /** With what linking was refused. */
  refused?: string | null
  /** The provider has proved somebody, and their account is to be linked. */
  isAsked?: boolean
}

/** Who at the provider comes in to an account: oneself, or whoever the administrator says. */
export function Identities({ openid, mine, of, refused = null, isAsked }: Props) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const query = useQuery(identitiesQuery(of))
  const name = nameOf(openid, i18n.language)
  const renew = () => queries.invalidateQueries({ queryKey: identitiesQuery(of).queryKey })
  const remove = useMutation({ mutationFn: (id: string) => removeIdentity(of, id), onSettled: renew })
  // Whom the provider has proved for another session is not told here.
  const isLost = isAsked && query.data?.identities.length === 0 && !query.data.proved
  const refusal = refusalOf(isLost ? 'openid-attempt' : refused)
  return (
    <div className="padded">
      <p className="hint">{t(of === undefined ? 'identities.about' : 'identities.about-other', { name })}</p>
      {refusal && <OpenidRefused refusal={refusal} name={name} />}
      {remove.isError && <ProblemPanel error={remove.error} doing={t('identities.remove')} />}
      <Loaded query={query} doing={t('identities.title')}>
        {({ identities: list, proved }) => (
          <>
            <List list={list} remove={(id) => remove.mutate(id)} />
            {list.length === 0 &&
              (of !== undefined ? (
                <LinkSubject of={of} onDone={renew} />
              ) : mine && proved ? (
                <LinkProved key={proved.subject} account={mine} proved={proved} name={name} onDone={renew} />
              ) : (
                <LinkMyself name={name} />
              ))}
          </>
        )}
      </Loaded>
    </div>
  )
}

/** Goes to the provider, where one signs in anew, and comes back linked. */
function LinkMyself({ name }: { name: string }) {
  const { t } = useTranslation()
  const begin = useMutation({ mutationFn: beginLink, onSuccess: (address) => window.location.assign(address) })
  return (
    <>
      <Button loading={begin.isPending} onClick={() => begin.mutate()}>
        {t('identities.link', { name })}
      </Button>
      {begin.isError && <ProblemPanel error={begin.error} doing={t('identities.link', { name })} />}
    </>
  )
}

function LinkSubject({ of, onDone }: { of: string; onDone: () => Promise<void> }) {
  const { t } = useTranslation()
  const [subject, setSubject] = useState('')
  const link = useMutation({
    mutationFn: () => linkIdentity(of, subject.trim()),
    onSuccess: async () => {
      setSubject('')
      await onDone()
    },
  })
  const isMissing = subject.trim() === ''
  const send = (event: FormEvent) => {
    event.preventDefault()
    link.mutate()
  }
  return (
    <form onSubmit={send} className="narrow-form">
      <Field label={t('identities.subject')} required help={t('identities.subject-help')}>
        {(described) => <Input {...described} maxLength={255} spellCheck={false} value={subject} onChange={(event) => setSubject(event.target.value)} />}
      </Field>
      <Button htmlType="submit" loading={link.isPending} disabled={isMissing} title={isMissing ? t('identities.subject-missing') : ''}>
        {t('identities.link-other')}
      </Button>
      {link.isError && <ProblemPanel error={link.error} doing={t('identities.link-other')} />}
    </form>
  )
}

function List({ list, remove }: { list: Identity[]; remove: (id: string) => void }) {
  const { t } = useTranslation()
  const { principal } = useWords()
  const by = (one: Identity) => (one.linked_by === '(provider)' ? t('identities.by-provider') : principal(one.linked_by))
  const columns: Column<Identity>[] = [
    { key: 'name', title: t('identities.name'), render: (one) => <span translate="no">{one.name ?? '—'}</span> },
    { key: 'subject', title: t('identities.subject'), render: (one) => <Code>{one.subject}</Code> },
    { key: 'issuer', title: t('identities.issuer'), full: true, render: (one) => <span className="wrap" translate="no">{one.issuer}</span> },
    { key: 'by', title: t('identities.by'), full: true, render: (one) => <span translate="no">{by(one)}</span> },
    { key: 'at', title: t('identities.at'), full: true, render: (one) => <Time at={one.linked_at} /> },
    { key: 'used', title: t('tokens.used'), render: (one) => (one.last_used_at ? <Age at={one.last_used_at} /> : <Hint>{t('tokens.never')}</Hint>) },
    {
      key: 'do',
      title: t('version.do'),
      pinned: true,
      render: (one) => (
        <Popconfirm title={t('identities.remove-sure')} okText={t('identities.remove')} cancelText={t('action.cancel')} onConfirm={() => remove(one.id)}>
          <Button size="small" aria-label={t('identities.remove-of', { subject: one.subject })}>
            {t('identities.remove')}
          </Button>
        </Popconfirm>
      ),
    },
  ]
  return <DataTable label={t('identities.title')} columns={columns} rows={list} rowKey={(one) => one.id} empty={<Nothing title={t('identities.none')} />} />
}
