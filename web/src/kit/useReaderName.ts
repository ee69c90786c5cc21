import { useTranslation } from 'react-i18next'
import type { Who } from '../api/access'

/** What whoever looks is called on what they see and take away: an account by its department and name. */
export function useReaderName(): (who: Pick<Who, 'kind' | 'account'>) => string {
  const { t } = useTranslation()
  return ({ kind, account }) => {
    if (account) return [account.department, account.name].filter(Boolean).join(' ')
    return kind === 'visitor' ? t('account-kind.visitor') : t('principal.local-administrator')
  }
}
