import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { accept } from '../../api/access'
import { problemOf } from '../../api/errors'
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
  const [pasted, setPasted] = useState(link)
  const [twice, setTwice] = useState(NO_PASSWORD)
  const send = useMutation({ mutationFn: () => accept(secretOf(pasted), twice.password) })
  const missing = secretOf(pasted) === '' ? 'link.missing' : missingOf(twice)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <Page title={t('invitation.title')}>
      <div className="panel login">
        {send.data ? (
          <Account id={send.data.id}>{t('invitation.done')}</Account>
        ) : (
          <form onSubmit={submit}>
            <p className="hint">{t('invitation.about')}</p>
            {send.isError && problemOf(send.error).code !== 'weak-password' && <ProblemPanel error={send.error} doing={t('invitation.title')} />}
            {link === '' && <PastedLink value={pasted} onChange={setPasted} />}
            <NewPassword value={twice} error={send.error} onChange={setTwice} />
            <Button type="primary" htmlType="submit" loading={send.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''}>
              {t('invitation.do')}
            </Button>
          </form>
        )}
      </div>
    </Page>
  )
}
