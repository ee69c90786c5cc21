import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { save } from '../../kit/save'

interface Props {
  secret: string
  expiresAt: string
}

/** Saves what a client of Delta Sharing has to know to read with a token: the profile file of the protocol. */
export function SharingProfile({ secret, expiresAt }: Props) {
  const { t } = useTranslation()
  const profile = {
    shareCredentialsVersion: 1,
    endpoint: `${location.origin}/delta-sharing`,
    bearerToken: secret,
    expirationTime: expiresAt,
  }
  const take = () => save(new Blob([JSON.stringify(profile, null, 2)], { type: 'application/json' }), 'city.share')
  return (
    <Button size="small" onClick={take}>
      {t('tokens.profile')}
    </Button>
  )
}
