import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'

export interface Described {
  id: string
  'aria-required': boolean
  'aria-invalid': boolean
  'aria-describedby': string
}

interface Props {
  label: string
  required?: boolean
  /** Nobody need be told where all fields of a form are needed. */
  unmarked?: boolean
  help?: ReactNode
  /** What is wrong with it. */
  fault?: ReactNode
  /** The field, to which the name, the help and the fault belong. */
  children: (described: Described) => ReactNode
}

/** A field with its name, what it is for, and what is wrong with it. */
export function Field({ label, required = false, unmarked = false, help, fault, children }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const isWrong = Boolean(fault)
  return (
    <div className={isWrong ? 'field field-wrong' : 'field'}>
      <label htmlFor={id}>
        {label}
        {required && !unmarked && <span className="required">{t('field.required')}</span>}
      </label>
      {children({ id, 'aria-required': required, 'aria-invalid': isWrong, 'aria-describedby': `${id}-about` })}
      <div id={`${id}-about`}>
        {help && <div className="hint">{help}</div>}
        {isWrong && (
          <div className="field-error" role="alert">
            <span aria-hidden="true">■</span> {fault}
          </div>
        )}
      </div>
    </div>
  )
}
