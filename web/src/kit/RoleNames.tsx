import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { roles as rolesQuery } from '../api/access'
import { Hint } from './Text'
import { useSession } from './useSession'

/** What a role is called: those of the three administrators everywhere, those of packs for whoever has logged in. */
export function useRoleName(): (id: string) => string {
  const { t, i18n } = useTranslation()
  const { who } = useSession()
  const { data } = useQuery({ ...rolesQuery, enabled: who.kind !== 'visitor' })
  return (id) => {
    const role = data?.roles.find((one) => one.id === id)
    const told = (i18n.language === 'en' && role?.title_en) || role?.title
    return told ?? t(`role.${id}` as 'role.system-administrator', { defaultValue: id })
  }
}

export function RoleNames({ ids }: { ids: string[] }) {
  const { t } = useTranslation()
  const name = useRoleName()
  if (ids.length === 0) return <Hint>{t('accounts.no-roles')}</Hint>
  return <span translate="no">{ids.map(name).join(t('app.comma'))}</span>
}
