import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { Code } from '../kit/Text'
import { Page } from '../kit/Page'
import { useSession } from '../kit/useSession'
import { menuOf } from '../shell/menu'

export function NotFound() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const { who } = useSession()
  return (
    <Page title={t('not-found.title')}>
      <div className="panel">
        <p>
          {t('not-found.text')} <Code>{pathname}</Code>
        </p>
        <p>{t('not-found.help')}</p>
        <ul className="plain-list">
          {menuOf(who).map((item) => (
            <li key={item.to}>
              <Link to={item.to}>{t(item.title)}</Link>
            </li>
          ))}
        </ul>
      </div>
    </Page>
  )
}
