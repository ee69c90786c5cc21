import { useTranslation } from 'react-i18next'
import type { Link } from '../../api/access'
import { Copied } from '../../kit/Copied'
import { Time } from '../../kit/Text'

/** A link that sets a password once; it is shown this once. */
export function GivenLink({ link, name }: { link: Link; name: string }) {
  const { t } = useTranslation()
  return (
    <div className="note once" role="status">
      <p>
        <strong>{t('accounts.link-once', { name })}</strong>
      </p>
      <Copied label={t('accounts.link')} text={`${window.location.origin}/invitation#${link.link}`} />
      <p className="hint">
        {t('accounts.link-ends')} <Time at={link.ends_at} />
        {t('accounts.link-how')}
      </p>
    </div>
  )
}
