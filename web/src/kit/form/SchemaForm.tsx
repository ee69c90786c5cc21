// The index of the package pulls in a validator that needs `eval`, for its own tests.
import Form from '@rjsf/core/lib/components/Form.js'
import type { ErrorSchema, RJSFSchema, RJSFValidationError, UiSchema } from '@rjsf/utils'
import Button from 'antd/es/button'
import { type ReactNode, useId, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { DEFAULTS } from './defaults'
import { templates } from './templates'
import { FormValidator, titleOf } from './validator'
import { widgets } from './widgets'

interface Props<T> {
  schema: RJSFSchema
  look?: UiSchema<T>
  value: T
  submit: string
  busy: boolean
  /** Why it cannot be submitted yet. */
  wait?: string | undefined
  /** What the server says of single fields. */
  faults?: Record<string, string[]>
  /** Between the fields and the button. */
  above?: ReactNode
  /** Beside the button: when the draft was kept, a way out. */
  beside?: ReactNode
  /** What is wrong in `above`, in words, which keeps it from being submitted. The element `root_-above` is gone to. */
  lack?: string | undefined
  /** Something was wrong when it was to be submitted. */
  onRefused?: () => void
  onChange: (value: T) => void
  onSubmit: (value: T) => void
}

/** A form from a JSON Schema, in the words and the look of the house. */
export function SchemaForm<T extends object>(props: Props<T>) {
  const { schema, look, value, submit, busy, wait, faults, above, beside, lack, onRefused, onChange, onSubmit } = props
  const told = useFaults(schema, look)
  const waitId = useId()
  const validator = useMemo(() => new FormValidator<T>(lack === undefined ? [] : [{ name: 'lack', property: '.-above', message: lack, stack: lack }]), [lack])
  return (
    <Form<T>
      className="schema-form"
      schema={schema}
      uiSchema={look ?? {}}
      formData={value}
      validator={validator}
      widgets={widgets}
      templates={templates}
      experimental_defaultFormStateBehavior={DEFAULTS}
      noHtml5Validate
      showErrorList="top"
      focusOnFirstError
      disabled={busy}
      {...(faults && { extraErrors: extraErrors<T>(faults) })}
      transformErrors={(errors) => errors.map(told)}
      // The list of faults on the page is enough; without this they would go to the console too.
      onError={() => onRefused?.()}
      onChange={({ formData }) => formData && onChange(formData)}
      onSubmit={({ formData }) => formData && onSubmit(formData)}
    >
      {above}
      <div className="actions actions-start">
        <Button type="primary" htmlType="submit" loading={busy} disabled={wait !== undefined} {...(wait !== undefined && { 'aria-describedby': waitId })}>
          {submit}
        </Button>
        {wait !== undefined && (
          <span id={waitId} className="hint">
            {wait}
          </span>
        )}
        {beside}
      </div>
    </Form>
  )
}

function extraErrors<T>(faults: Record<string, string[]>): ErrorSchema<T> {
  const fields = Object.entries(faults).map(([field, __errors]) => [field, { __errors }])
  return Object.fromEntries(fields) as ErrorSchema<T>
}

const KNOWN = ['required', 'maxLength', 'minLength', 'maximum', 'minimum', 'pattern', 'enum', 'type', 'format', 'maxItems', 'uniqueItems'] as const

function kindOf({ name, params }: RJSFValidationError): (typeof KNOWN)[number] | 'number' | 'integer' | undefined {
  const wanted = [(params as { limit?: unknown } | undefined)?.limit].flat()
  if (name === 'type' && wanted.includes('number')) return 'number'
  if (name === 'type' && wanted.includes('integer')) return 'integer'
  return KNOWN.find((known) => known === name)
}

/** The words of the validator are for programmers. */
function useFaults(schema: RJSFSchema, look: UiSchema | undefined) {
  const { t } = useTranslation()
  return (error: RJSFValidationError): RJSFValidationError => {
    const known = kindOf(error)
    const limit = String((error.params as { limit?: unknown } | undefined)?.limit ?? '')
    const message = known ? t(`form.fault-${known}`, { limit }) : t('form.fault')
    const title = error.title ?? titleOf(error.property, schema, look)
    return { ...error, message, stack: title ? `${title}${t('app.colon')}${message}` : message }
  }
}
