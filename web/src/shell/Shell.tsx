import MenuOutlined from '@ant-design/icons/es/icons/MenuOutlined'
import SearchOutlined from '@ant-design/icons/es/icons/SearchOutlined'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { Suspense, lazy, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Outlet, useLocation, useNavigation } from 'react-router'
import { Forbidden } from '../kit/Guarded'
import { useSiteName } from '../kit/site'
import { Mark } from '../kit/Mark'
import { Page } from '../kit/Page'
import { useSession } from '../kit/useSession'
import { TrailPlace } from '../trail/TrailPlace'
import { closedAt, isOpen, menuOf } from './menu'
import { SessionKeeper } from './SessionKeeper'
import { Switches } from './Switches'
import { useOnline } from './useOnline'
import { UserMenu } from './UserMenu'

const Finder = lazy(async () => ({ default: (await import('./Finder')).Finder }))

export function Shell() {
  const { t } = useTranslation()
  const site = useSiteName()
  const { pathname } = useLocation()
  const { name, who } = useSession()
  const closed = closedAt(pathname, who)
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isFinding, setFinding] = useState(false)
  const isOnline = useOnline()
  const isMoving = useNavigation().state !== 'idle'
  useFocusOnMove(pathname)
  useEffect(() => setMenuOpen(false), [pathname])
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        setFinding(true)
      }
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [])
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t('app.skip')}
      </a>
      <header className="top no-print">
        <Button
          className="only-narrow"
          type="text"
          icon={<MenuOutlined aria-hidden />}
          aria-label={t('app.menu')}
          onClick={() => setMenuOpen(true)}
        />
        <Link to="/" className="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          <span>{site}</span>
          <span className="brand-about only-wide">{t('app.about')}</span>
        </Link>
        <button type="button" className="finder-button" aria-label={t('finder.open')} onClick={() => setFinding(true)}>
          <SearchOutlined aria-hidden />
          <span className="only-wide finder-words">{t('finder.open')}</span>
          <kbd className="only-wide">Ctrl K</kbd>
        </button>
        <Switches />
        <UserMenu />
      </header>
      {!isOnline && (
        <p className="offline" role="alert">
          {t('state.offline')}
        </p>
      )}
      <div className={isMoving ? 'moving moving-on' : 'moving'} aria-hidden="true" />
      <div className="below">
        <nav className="side only-wide no-print" aria-label={t('app.pages')}>
          <Pages />
        </nav>
        <main id="content" tabIndex={-1}>
          <TrailPlace>
            {closed ? (
              <Page title={t(closed.title)}>
                <Forbidden />
              </Page>
            ) : (
              <Outlet />
            )}
          </TrailPlace>
        </main>
      </div>
      <Drawer
        open={isMenuOpen}
        onClose={() => setMenuOpen(false)}
        placement="left"
        size={260}
        title={site}
        closable={{ 'aria-label': t('action.close') }}
      >
        <nav aria-label={t('app.pages')} className="side-drawer">
          <Pages />
        </nav>
      </Drawer>
      {isFinding && (
        <Suspense>
          <Finder close={() => setFinding(false)} />
        </Suspense>
      )}
      <SessionKeeper />
      <Mark name={name} />
    </div>
  )
}

function Pages() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const { who } = useSession()
  return (
    <ul>
      {menuOf(who).map((item) => (
        <li key={item.to}>
          <Link to={item.to} aria-current={isOpen(item, pathname) ? 'page' : undefined}>
            <item.icon aria-hidden /> {t(item.title)}
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** After a move to another page the reader of a screen begins at its heading, not at the link that was followed. */
function useFocusOnMove(pathname: string) {
  const former = useRef(pathname)
  useEffect(() => {
    if (former.current === pathname) return
    former.current = pathname
    window.scrollTo(0, 0)
    const heading = document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main')
    heading?.focus({ preventScroll: true })
  }, [pathname])
}
