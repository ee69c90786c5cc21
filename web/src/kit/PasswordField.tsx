import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from './Field'

interface Props {
  label: string
  value: string
  autoComplete: 'current-password' | 'new-password'
  help?: ReactNode
  fault?: ReactNode
  autoFocus?: boolean
  onChange: (value: string) => void
}

/** A password, which can be looked at while it is typed. */
export function PasswordField({ label, value, autoComplete, help, fault, autoFocus, onChange }: Props) {
  const { t } = useTranslation()
  const [isShown, setShown] = useState(false)
  return (
    <Field label={label} required unmarked help={help} fault={fault}>
      {(described) => (
        <div className="password">
          <Input
            {...described}
            type={isShown ? 'text' : 'password'}
            autoComplete={autoComplete}
            autoFocus={autoFocus ?? false}
            spellCheck={false}
            maxLength={256}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <Button aria-pressed={isShown} aria-label={t('password.show-of', { label })} onClick={() => setShown(!isShown)}>
            {t(isShown ? 'password.hide' : 'password.show')}
          </Button>
        </div>
      )}
    </Field>
  )
}
