import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { claim, session } from '../../api/access'
import { problemOf } from '../../api/errors'
import { ACCOUNT_ID } from '../../kit/accountId'
import { Field } from '../../kit/Field'
import { Loaded } from '../../kit/Loaded'
import { NO_PASSWORD, NewPassword, missingOf } from '../../kit/NewPassword'
import { Page } from '../../kit/Page'
import { PastedLink } from '../../kit/PastedLink'
import { ProblemPanel } from '../../kit/Problem'
import { secretOf, useLink } from '../../kit/useLink'
import { Account } from './Account'

/** How the first system administrator comes about: with the link that the program has printed. */
export function Claim() {
  const { t } = useTranslation()
  const link = useLink()
  const query = useQuery(session)
  const [made, setMade] = useState<string>()
  return (
    <Page title={t('claim.title')}>
      <div className="panel login">
        {made === undefined ? (
          <Loaded query={query} doing={t('session.reading')}>
            {(who) => (who.is_claimed ? <Claimed /> : <ClaimForm link={link} onDone={setMade} />)}
          </Loaded>
        ) : (
          <Account id={made}>{t('claim.done')}</Account>
        )}
      </div>
    </Page>
  )
}

function Claimed() {
  const { t } = useTranslation()
  return (
    <>
      <p>{t('claim.claimed')}</p>
      <p>
        <Link to="/login">{t('login.do')}</Link>
      </p>
    </>
  )
}

function ClaimForm({ link, onDone }: { link: string; onDone: (account: string) => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [typed, setTyped] = useState({ link, account: '', name: '', twice: NO_PASSWORD })
  const set = (part: Partial<typeof typed>) => setTyped({ ...typed, ...part })
  const send = useMutation({
    mutationFn: () => claim({ link: secretOf(typed.link), account: typed.account.trim(), name: typed.name.trim(), password: typed.twice.password }),
    onSuccess: async ({ id }) => {
      onDone(id)
      await queries.invalidateQueries({ queryKey: session.queryKey })
    },
  })
  const isNamed = ACCOUNT_ID.test(typed.account.trim())
  const missing = secretOf(typed.link) === '' ? 'link.missing' : !isNamed ? 'accounts.id-help' : typed.name.trim() === '' ? 'accounts.name-missing' : missingOf(typed.twice)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <form onSubmit={submit}>
      <p className="hint">{t('claim.about')}</p>
      {send.isError && problemOf(send.error).code !== 'weak-password' && <ProblemPanel error={send.error} doing={t('claim.title')} />}
      {link === '' && <PastedLink value={typed.link} onChange={(text) => set({ link: text })} />}
      <Field label={t('accounts.id')} required unmarked help={t('accounts.id-help')} fault={typed.account !== '' && !isNamed && t('accounts.id-wrong')}>
        {(described) => (
          <Input
            {...described}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={63}
            value={typed.account}
            onChange={(event) => set({ account: event.target.value.toLowerCase() })}
          />
        )}
      </Field>
      <Field label={t('accounts.name')} required unmarked>
        {(described) => <Input {...described} autoComplete="name" maxLength={100} value={typed.name} onChange={(event) => set({ name: event.target.value })} />}
      </Field>
      <NewPassword value={typed.twice} error={send.error} onChange={(twice) => set({ twice })} />
      <Button type="primary" htmlType="submit" loading={send.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''}>
        {t('claim.do')}
      </Button>
    </form>
  )
}
