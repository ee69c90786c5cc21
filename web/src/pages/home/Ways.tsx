import GlobalOutlined from '@ant-design/icons/es/icons/GlobalOutlined'
import FileProtectOutlined from '@ant-design/icons/es/icons/FileProtectOutlined'
import EyeOutlined from '@ant-design/icons/es/icons/EyeOutlined'
import { Suspense, lazy } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Page, Section } from '../../kit/Page'
import { PolicyFault } from '../../kit/PolicyFault'
import { RoleNames } from '../../kit/RoleNames'
import { useSession } from '../../kit/useSession'
import { isCitizen, menuOf } from '../../shell/menu'

// The signs of a plan and of boards come with it, which most homes do not show.
const Overlook = lazy(async () => ({ default: (await import('./Overlook')).Overlook }))

/** Who one is here, how the work plan stands, and the pages that one may open. */
export function Ways() {
  const { t } = useTranslation()
  const { who, name, may } = useSession()
  const places = menuOf(who).filter(({ to }) => to !== '/')
  const citizen = isCitizen(who)
  const hasWork = who.actions.length > 0 || who.duties.length > 0
  return (
    <Page title={t('menu.home')} about={<span translate="no">{name}</span>}>
      <PolicyFault fault={who.policy_fault} />
      {may('browse') && (
        <Suspense>
          <Overlook />
        </Suspense>
      )}
      <Section title={t('home.ways')}>
        <p>
          {t('accounts.roles')} <RoleNames ids={who.account?.roles ?? []} />
        </p>
        <ul className="ways">
          {places.map(({ to, title, icon: Icon }) => (
            <li key={to}>
              <Link to={to}>
                <Icon aria-hidden /> {t(title)}
              </Link>
            </li>
          ))}
          {!hasWork && (
            <>
              {/* These pages are the program's own, outside of these. */}
              <li>
                <a href="/mine">
                  <FileProtectOutlined aria-hidden /> {t('home.grants')}
                </a>
              </li>
              <li>
                <a href="/open">
                  <GlobalOutlined aria-hidden /> {t('app.open-data')}
                </a>
              </li>
            </>
          )}
          <li>
            <Link to="/account?tab=sights">
              <EyeOutlined aria-hidden /> {t('sights.own')}
            </Link>
          </li>
        </ul>
        {!hasWork && <p className="hint">{t(citizen ? 'home.citizen' : 'home.few-ways')}</p>}
      </Section>
    </Page>
  )
}
