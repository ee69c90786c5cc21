import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { type Who, session } from '../api/access'
import { Waiting } from '../kit/Loaded'
import { ProblemPanel } from '../kit/Problem'
import { Entrance } from './Entrance'
import { Shell } from './Shell'

const Login = lazy(async () => ({ default: (await import('../pages/login/Login')).Login }))

/** The pages, for whoever is somebody. A visitor logs in where the page would be, and then is where they wanted to be. */
export function Gate() {
  const { t } = useTranslation()
  const query = useQuery(session)
  const { pathname, search, hash } = useLocation()
  const who = query.data
  useForgetting(who)
  if (!who) {
    return <Entrance>{query.isError ? <ProblemPanel error={query.error} doing={t('session.reading')} retry={() => void query.refetch()} /> : <Waiting />}</Entrance>
  }
  if (who.kind === 'visitor') {
    return (
      <Entrance>
        <Suspense fallback={<Waiting />}>
          <Login to={pathname + search + hash} />
        </Suspense>
      </Entrance>
    )
  }
  return <Shell />
}

/** Somebody else sees nothing of what was read for the one before: one who logs in at another window is another one here too. */
function useForgetting(who: Who | undefined) {
  const former = useRef<Who>(undefined)
  useEffect(() => {
    const before = former.current
    former.current = who
    if (!who || !before || before.kind === 'visitor') return
    if ((before.account?.id ?? before.kind) !== (who.account?.id ?? who.kind)) window.location.reload()
  }, [who])
}
