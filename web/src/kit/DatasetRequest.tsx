import { useTranslation } from 'react-i18next'
import { Copied } from './Copied'
import { PolicyFault } from './PolicyFault'
import { useSession } from './useSession'

/** How to ask for a dataset, or a field of one, that one may not see, with the text of the request. */
export function DatasetRequest({ what, owner }: { what: string; owner: string }) {
  const { t } = useTranslation()
  const { who, name } = useSession()
  // Nothing that is asked for could be given.
  if (who.policy_fault?.in_force === 'nothing') return <PolicyFault fault={who.policy_fault} />
  return (
    <>
      <p>
        <strong>{t('problem.help')}</strong> {t('not-shown.help', { owner })}
      </p>
      <Copied label={t('hidden.request')} text={t('not-shown.request', { name, what })} />
    </>
  )
}
