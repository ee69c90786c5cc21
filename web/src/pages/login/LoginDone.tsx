import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Page } from '../../kit/Page'
import { tellSignedIn } from './openid'

/** Where a window ends that has signed in for another one. */
export function LoginDone() {
  const { t } = useTranslation()
  useEffect(() => {
    tellSignedIn()
    // Only a window that a page has opened closes; any other says what is next.
    window.close()
  }, [])
  return (
    <Page title={t('openid.done')}>
      <div className="panel login">
        <p role="status">{t('openid.done-about')}</p>
        <p>
          <Link to="/">{t('problem.home')}</Link>
        </p>
      </div>
    </Page>
  )
}
