import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Page, Section } from '../../kit/Page'
import { RoleNames } from '../../kit/RoleNames'
import { useSession } from '../../kit/useSession'
import { menuOf } from '../../shell/menu'

/** Who one is here, and the pages that one may open. */
export function Ways() {
  const { t } = useTranslation()
  const { who, name } = useSession()
  const places = menuOf(who).filter(({ to }) => to !== '/')
  return (
    <Page title={t('menu.home')} about={<span translate="no">{name}</span>}>
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
          <li>
            <Link to="/account?tab=sights">{t('sights.own')}</Link>
          </li>
        </ul>
        {places.length <= 1 && <p className="hint">{t('home.few-ways')}</p>}
      </Section>
    </Page>
  )
}
