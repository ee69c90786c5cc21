import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet } from 'react-router'
import { useSiteName } from '../kit/site'
import { Switches } from './Switches'

/** The frame of what anybody may open: no menu, no search. */
export function Entrance({ children }: { children?: ReactNode }) {
  const { t } = useTranslation()
  const site = useSiteName()
  return (
    <div className="shell">
      <header className="top no-print">
        <span className="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          <span>{site}</span>
          <span className="brand-about only-wide">{t('app.about')}</span>
        </span>
        <span className="entrance-gap" />
        {/* That page is the program's own, outside of these. */}
        <a href="/open">{t('app.open-data')}</a>
        <Switches />
      </header>
      <main id="content" tabIndex={-1} className="entrance">
        {children ?? <Outlet />}
      </main>
    </div>
  )
}
