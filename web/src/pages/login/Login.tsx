import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { session } from '../../api/access'
import { Page } from '../../kit/Page'
import { LoginForm } from './LoginForm'

/** Logs in and says so to the pages, which are there again at once. */
export function Login({ account = '' }: { account?: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  return (
    <Page title={t('login.title')}>
      <div className="panel login">
        <LoginForm account={account} submit={t('login.do')} onDone={(who) => queries.setQueryData(session.queryKey, who)} />
        <p className="hint">{t('login.help')}</p>
      </div>
    </Page>
  )
}
