import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

/** An account that can be used now, and the way to use it. */
export function Account({ id, children }: { id: string; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <div role="status">
      <p>{children}</p>
      <p>
        {t('accounts.id')} <strong className="code">{id}</strong>
      </p>
      <p>
        <Link className="button-link button-link-primary" to={`/login?account=${encodeURIComponent(id)}`}>
          {t('login.do')}
        </Link>
      </p>
    </div>
  )
}
