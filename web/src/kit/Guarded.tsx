import LockOutlined from '@ant-design/icons/es/icons/LockOutlined'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Action, Duty } from '../api/access'
import { Page } from './Page'
import { PolicyFault } from './PolicyFault'
import { useSession } from './useSession'

interface Props {
  title: string
  /** One of these is needed, in the city or on some dataset. */
  needs: (Action | Duty)[]
  children: ReactNode
}

/** A page for some only. Whoever is not one of them is told so, and nothing is asked of the program. */
export function Guarded({ title, needs, children }: Props) {
  const { may } = useSession()
  if (needs.some(may)) return children
  return (
    <Page title={title}>
      <Forbidden />
    </Page>
  )
}

export function Forbidden() {
  const { t } = useTranslation()
  const { who } = useSession()
  return (
    <div className="problem problem-forbidden" role="status">
      <h2 className="problem-title">
        <LockOutlined aria-hidden /> {t('session.forbidden')}
      </h2>
      <p>{t('session.forbidden-text')}</p>
      <PolicyFault fault={who.policy_fault} />
      <p>
        <strong>{t('problem.help')}</strong> {t('session.forbidden-help')}
      </p>
      <p>
        <Link to="/account?tab=sights">{t('sights.own')}</Link>
      </p>
    </div>
  )
}
