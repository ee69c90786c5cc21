import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Who, session } from '../../api/access'
import { Page } from '../../kit/Page'
import { useSession } from '../../kit/useSession'
import { LoginForm } from './LoginForm'
import { OpenidButton, OpenidRefused } from './OpenidButton'
import { OpenidCode } from './OpenidCode'
import { nameOf, refusalOf } from './openid'

interface Props {
  account?: string
  /** Where to come back to from the provider of identities. */
  to: string
  /** With what signing in at the provider was refused. */
  refused?: string | null
  /** The provider has let somebody in, whose code is missing. */
  isCode?: boolean
  /** A session has ended that was begun at the provider, whose own goes on. */
  hasLeft?: boolean
}

/** Logs in and says so to the pages, which are there again at once. */
export function Login({ account = '', to, refused = null, isCode, hasLeft }: Props) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const { openid } = useSession().who
  const done = (who: Who) => queries.setQueryData(session.queryKey, who)
  const name = openid ? nameOf(openid, i18n.language) : ''
  const refusal = openid ? refusalOf(refused) : undefined
  return (
    <Page title={t('login.title')}>
      <div className="panel login">
        {openid && hasLeft && <Left name={name} canEnd={openid.ends_sessions} />}
        {refusal && <OpenidRefused refusal={refusal} name={name} />}
        {openid && isCode ? (
          <OpenidCode name={name} onDone={done} />
        ) : (
          <>
            {openid && <OpenidButton openid={openid} to={to} />}
            <LoginForm account={account} submit={t('login.do')} onDone={done} />
            <p className="hint">{t('login.help')}</p>
          </>
        )}
      </div>
    </Page>
  )
}

function Left({ name, canEnd }: { name: string; canEnd: boolean }) {
  const { t } = useTranslation()
  return (
    <p className="note" role="status">
      {t('openid.left', { name })} {canEnd && <a href="/api/v1/session/openid/end">{t('openid.end', { name })}</a>}
    </p>
  )
}
