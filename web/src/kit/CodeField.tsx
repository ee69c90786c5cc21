import Input from 'antd/es/input'
import { useTranslation } from 'react-i18next'
import { Field } from './Field'

/** The six digits that an authenticator shows. */
export function CodeField({ value, autoFocus, onChange }: { value: string; autoFocus?: boolean; onChange: (code: string) => void }) {
  const { t } = useTranslation()
  return (
    <Field label={t('login.code')} required unmarked help={t('login.code-help')}>
      {(described) => (
        <Input
          {...described}
          autoFocus={autoFocus ?? false}
          className="login-code num"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
