import { Suspense, lazy, useEffect, useState } from 'react'
import { onSessionEnd } from '../api/regain'
import { useSession } from '../kit/useSession'

const LoginAgain = lazy(async () => ({ default: (await import('../pages/login/LoginAgain')).LoginAgain }))

/** Lays the question for the password over the page when the session has ended. */
export function SessionKeeper() {
  const { who } = useSession()
  const [answer, setAnswer] = useState<(isThere: boolean) => void>()
  const isKept = who.kind === 'session'
  useEffect(() => {
    if (!isKept) return undefined
    return onSessionEnd(() => new Promise<boolean>((done) => setAnswer(() => done)))
  }, [isKept])
  if (!answer) return null
  const end = () => {
    setAnswer(undefined)
    answer(true)
  }
  return (
    <Suspense>
      <LoginAgain account={who.account?.id ?? ''} onDone={end} />
    </Suspense>
  )
}
