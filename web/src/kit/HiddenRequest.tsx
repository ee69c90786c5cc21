import { useTranslation } from 'react-i18next'
import { Copied } from './Copied'
import type { HiddenField } from './hidden'
import { useSession } from './useSession'

/** How to ask for values that one does not see, with the text of the request. */
export function HiddenRequest({ fields }: { fields: HiddenField[] }) {
  const { t } = useTranslation()
  const { name } = useSession()
  const named = fields.map(({ field }) => field).join(t('app.comma'))
  return (
    <>
      <p className="hint">{t('hidden.ask')}</p>
      <Copied label={t('hidden.request')} text={t('hidden.request-text', { name, fields: named })} />
    </>
  )
}
