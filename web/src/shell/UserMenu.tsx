import UserOutlined from '@ant-design/icons/es/icons/UserOutlined'
import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type FocusEvent, type KeyboardEvent, Suspense, lazy, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { logOut } from '../api/access'
import { ProblemPanel } from '../kit/Problem'
import { useSession } from '../kit/useSession'

const PurposeDialog = lazy(async () => ({ default: (await import('./PurposeDialog')).PurposeDialog }))

/** Who works here, and what one does with that: a button that opens a panel, closed by Escape and by leaving it. */
export function UserMenu() {
  const { t } = useTranslation()
  const { who } = useSession()
  const id = useId()
  const { pathname } = useLocation()
  const [isOpen, setOpen] = useState(false)
  const [isSaying, setSaying] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => setOpen(false), [pathname])
  useEffect(() => {
    if (!isOpen) return undefined
    // A press on what takes no focus does not move it.
    const pressed = (event: PointerEvent) => {
      if (!place.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', pressed)
    return () => document.removeEventListener('pointerdown', pressed)
  }, [isOpen])
  const left = (event: FocusEvent) => {
    if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) setOpen(false)
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return
    setOpen(false)
    opener.current?.focus()
  }
  const name = who.account?.name ?? t('principal.local-administrator')
  return (
    <div ref={place} className="user" onBlur={left} onKeyDown={pressed}>
      <button
        ref={opener}
        type="button"
        className="user-button"
        aria-expanded={isOpen}
        {...(isOpen && { 'aria-controls': id })}
        aria-label={t('session.menu', { name })}
        onClick={() => setOpen(!isOpen)}
      >
        <UserOutlined aria-hidden />
        <span className="user-name" translate="no">
          {name}
          {who.account?.department && <span className="hint"> · {who.account.department}</span>}
        </span>
      </button>
      {isOpen && (
        <div id={id} className="user-panel surface">
          {who.account ? <Own say={() => setSaying(true)} /> : <Local />}
        </div>
      )}
      {isSaying && (
        <Suspense>
          <PurposeDialog onClose={() => setSaying(false)} />
        </Suspense>
      )}
    </div>
  )
}

/** A quiet word on how accounts begin. */
function Local() {
  const { t } = useTranslation()
  const { who } = useSession()
  return (
    <>
      <p>{t('session.local')}</p>
      {!who.is_claimed && <p className="hint">{t('session.unclaimed')}</p>}
    </>
  )
}

function Own({ say }: { say: () => void }) {
  const { t } = useTranslation()
  const { who } = useSession()
  const end = useMutation({
    mutationFn: logOut,
    // What was read under the account leaves the memory of the browser with it.
    onSuccess: () => window.location.assign(who.means === 'openid' ? '/login?left=openid' : '/login'),
  })
  return (
    <>
      <p>
        <strong translate="no">{who.account?.name}</strong> <span className="code hint">{who.account?.id}</span>
      </p>
      <p className="hint">{who.account?.department ?? t('session.no-department')}</p>
      <p>{who.purpose ? t('session.purpose-is', { purpose: who.purpose }) : <span className="hint">{t('session.no-purpose')}</span>}</p>
      <ul className="user-ways">
        <li>
          <button type="button" className="link-button" onClick={say}>
            {t(who.purpose ? 'session.purpose-change' : 'session.purpose-set')}
          </button>
        </li>
        <li>
          <Link to="/account">{t('account.title')}</Link>
        </li>
        <li>
          <Link to="/account?tab=sights">{t('sights.own')}</Link>
        </li>
      </ul>
      <Button block loading={end.isPending} onClick={() => end.mutate()}>
        {t('session.log-out')}
      </Button>
      {end.isError && <ProblemPanel error={end.error} doing={t('session.log-out')} />}
    </>
  )
}
