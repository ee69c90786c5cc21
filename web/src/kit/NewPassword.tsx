import { useTranslation } from 'react-i18next'
import { problemOf } from '../api/errors'
import { PasswordField } from './PasswordField'
import { Sentence } from './Sentence'
import { weaknesses } from './weakness'

export interface Twice {
  password: string
  again: string
}

export const NO_PASSWORD: Twice = { password: '', again: '' }

/** Why a new password cannot be sent yet. */
export function missingOf({ password, again }: Twice): 'password.missing' | 'password.differs' | undefined {
  if (password === '' || again === '') return 'password.missing'
  return password === again ? undefined : 'password.differs'
}

interface Props {
  value: Twice
  /** The refusal, if any: what is said of the password stands at its field. */
  error: unknown
  onChange: (value: Twice) => void
}

/** A new password, typed twice under the rules that it follows. */
export function NewPassword({ value, error, onChange }: Props) {
  const { t } = useTranslation()
  const weak = weaknesses(error ? problemOf(error) : undefined)
  const isDifferent = value.again !== '' && !value.password.startsWith(value.again)
  return (
    <>
      <PasswordField
        label={t('password.new')}
        autoComplete="new-password"
        value={value.password}
        help={<Rules />}
        fault={weak.length > 0 && <Weak reasons={weak} />}
        onChange={(password) => onChange({ ...value, password })}
      />
      <PasswordField
        label={t('password.again')}
        autoComplete="new-password"
        value={value.again}
        fault={isDifferent && t('password.differs')}
        onChange={(again) => onChange({ ...value, again })}
      />
    </>
  )
}

function Rules() {
  const { t } = useTranslation()
  return (
    <ul className="rules">
      {t('password.rules').split('|').map((rule) => (
        <li key={rule}>{rule}</li>
      ))}
    </ul>
  )
}

function Weak({ reasons }: { reasons: string[] }) {
  const { t } = useTranslation()
  return (
    <>
      {t('password.weak')}{' '}
      {reasons.map((reason, place) => (
        <span key={reason}>
          {place > 0 && t('app.semicolon')}
          <Sentence text={reason} />
        </span>
      ))}
    </>
  )
}
