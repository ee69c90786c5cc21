import Skeleton from 'antd/es/skeleton'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemPanel } from './Problem'

interface Query<T> {
  data: T | undefined
  error: unknown
  isError: boolean
  isFetching: boolean
  refetch: () => unknown
}

interface Props<T> {
  query: Query<T>
  doing?: string
  children: (data: T) => ReactNode
}

/** The states that every page has before its data: loading, slow, failed, and stale beside a failure. */
export function Loaded<T>({ query, doing, children }: Props<T>) {
  const { t } = useTranslation()
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <p className="stale-note" role="status">{t('state.stale')}</p>}
        {children(query.data)}
      </>
    )
  }
  if (query.isError) return <ProblemPanel error={query.error} doing={doing} retry={() => void query.refetch()} />
  return <Waiting />
}

/** Nothing for a blink, then grey lines, then a word that it takes longer than usual. */
export function Waiting() {
  const { t } = useTranslation()
  const [phase, setPhase] = useState<'blink' | 'lines' | 'slow'>('blink')
  useEffect(() => {
    const timers = [setTimeout(() => setPhase('lines'), 150), setTimeout(() => setPhase('slow'), 1000)]
    return () => timers.forEach(clearTimeout)
  }, [])
  return (
    <div className="waiting" role="status" aria-busy="true">
      <span className={phase === 'slow' ? 'hint' : 'visually-hidden'}>
        {t(phase === 'slow' ? 'state.slow' : 'state.loading')}
      </span>
      {phase !== 'blink' && (
        <div aria-hidden="true">
          <Skeleton title={{ width: '30%' }} paragraph={{ rows: 5 }} />
        </div>
      )}
    </div>
  )
}

interface EmptyProps {
  title: string
  children?: ReactNode
}

/** An empty place says what to do about it. */
export function Nothing({ title, children }: EmptyProps) {
  return (
    <div className="nothing">
      <p className="nothing-title">{title}</p>
      {children && <div className="nothing-help">{children}</div>}
    </div>
  )
}
