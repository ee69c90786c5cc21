import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Navigate, useSearchParams } from 'react-router'
import { session } from '../../api/access'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Login } from './Login'
import { isBeside, placeAfter } from './refusal'

/** The page of the login, and the way on for whoever is somebody already. */
export function LoginPage() {
  const { t } = useTranslation()
  const query = useQuery(session)
  const [address] = useSearchParams()
  const place = placeAfter(address.get('to'))
  return (
    <Loaded query={query} doing={t('session.reading')}>
      {(who) => {
        if (who.kind === 'visitor') return (
          <Login
            account={address.get('account') ?? ''}
            to={place}
            refused={address.get('refused')}
            isCode={address.get('openid') === 'code'}
            hasLeft={address.get('left') === 'openid'}
          />
        )
        if (!who.is_claimed) return <Unclaimed />
        return isBeside(place) ? <Beside place={place} /> : <Navigate to={place} replace />
      }}
    </Loaded>
  )
}

function Beside({ place }: { place: string }) {
  useEffect(() => window.location.assign(place), [place])
  return null
}

/** Nobody has an account yet, so nobody need log in. */
function Unclaimed() {
  const { t } = useTranslation()
  return (
    <Page title={t('login.title')}>
      <div className="panel login">
        <p>{t('session.local')}</p>
        <p>{t('session.unclaimed')}</p>
        <p>
          <Link to="/">{t('problem.home')}</Link>
        </p>
      </div>
    </Page>
  )
}
