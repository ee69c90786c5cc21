import { useMutation, useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { accept, invitedBy } from '../../api/access'
import { problemOf } from '../../api/errors'
import { Loaded } from '../../kit/Loaded'
import { NO_PASSWORD, NewPassword, missingOf } from '../../kit/NewPassword'
import { Page } from '../../kit/Page'
import { PastedLink } from '../../kit/PastedLink'
import { ProblemPanel } from '../../kit/Problem'
import { secretOf, useLink } from '../../kit/useLink'
import { Account } from '../claim/Account'

/** Sets the password of the account that a link names, which an administrator has given out. */
export function Invitation() {
  const { t } = useTranslation()
  const link = useLink()
  return (
    <Page title={t('invitation.title')}>
      <div className="panel login">{link === '' ? <Form link="" /> : <Looked link={link} />}</div>
    </Page>
  )
}

/** Nobody makes up a password for a link that is used up. */
function Looked({ link }: { link: string }) {
  const { t } = useTranslation()
  const query = useQuery(invitedBy(link))
  return (
    <Loaded query={query} doing={t('invitation.title')}>
      {({ id }) => <Form link={link} account={id} />}
    </Loaded>
  )
}

function Form({ link, account }: { link: string; account?: string }) {
  const { t } = useTranslation()
  const [pasted, setPasted] = useState(link)
  const [twice, setTwice] = useState(NO_PASSWORD)
  const send = useMutation({ mutationFn: () => accept(secretOf(pasted), twice.password) })
  const missing = secretOf(pasted) === '' ? 'link.missing' : missingOf(twice)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  if (send.data) return <Account id={send.data.id}>{t('invitation.done')}</Account>
  return (
    <form onSubmit={submit}>
      <p className="hint">{t('invitation.about')}</p>
      {account && (
        <p>
          {t('accounts.id')} <strong className="code">{account}</strong>
        </p>
      )}
      {send.isError && problemOf(send.error).code !== 'weak-password' && <ProblemPanel error={send.error} doing={t('invitation.title')} />}
      {link === '' && <PastedLink value={pasted} onChange={setPasted} />}
      <NewPassword value={twice} error={send.error} onChange={setTwice} />
      <Button type="primary" htmlType="submit" loading={send.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''}>
        {t('invitation.do')}
      </Button>
    </form>
  )
}
