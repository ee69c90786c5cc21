import FontSizeOutlined from '@ant-design/icons/es/icons/FontSizeOutlined'
import MenuOutlined from '@ant-design/icons/es/icons/MenuOutlined'
import SearchOutlined from '@ant-design/icons/es/icons/SearchOutlined'
import TranslationOutlined from '@ant-design/icons/es/icons/TranslationOutlined'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { Suspense, lazy, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Outlet, useLocation, useNavigation } from 'react-router'
import { speak } from '../i18n'
import { TrailPlace } from '../trail/TrailPlace'
import { useLargeText } from './Look'
import { isOpen, menu } from './menu'
import { useOnline } from './useOnline'

const Finder = lazy(async () => ({ default: (await import('./Finder')).Finder }))

export function Shell() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
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
          <span>{t('app.name')}</span>
          <span className="brand-about only-wide">{t('app.about')}</span>
        </Link>
        <button type="button" className="finder-button" aria-label={t('finder.open')} onClick={() => setFinding(true)}>
          <SearchOutlined aria-hidden />
          <span className="only-wide finder-words">{t('finder.open')}</span>
          <kbd className="only-wide">Ctrl K</kbd>
        </button>
        <Switches />
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
            <Outlet />
          </TrailPlace>
        </main>
      </div>
      <Drawer
        open={isMenuOpen}
        onClose={() => setMenuOpen(false)}
        placement="left"
        size={260}
        title={t('app.name')}
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
    </div>
  )
}

function Pages() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  return (
    <ul>
      {menu.map((item) => (
        <li key={item.to}>
          <Link to={item.to} aria-current={isOpen(item, pathname) ? 'page' : undefined}>
            <item.icon aria-hidden /> {t(item.title)}
          </Link>
        </li>
      ))}
    </ul>
  )
}

function Switches() {
  const { t, i18n } = useTranslation()
  const { isLarge, toggle } = useLargeText()
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  return (
    <div className="switches">
      <Button
        type="text"
        icon={<FontSizeOutlined aria-hidden />}
        aria-pressed={isLarge}
        aria-label={t('app.large')}
        title={t('app.large')}
        onClick={toggle}
      >
        <span className="only-wide">{t('app.large')}</span>
      </Button>
      <Button
        type="text"
        icon={<TranslationOutlined aria-hidden />}
        aria-label={t('app.language')}
        title={t('app.language')}
        onClick={() => void speak(other)}
      >
        <span className="only-wide" lang={other}>
          {t('app.other-language')}
        </span>
      </Button>
      <span className="who only-wide">{t('principal.local-administrator')}</span>
    </div>
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
