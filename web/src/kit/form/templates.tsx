import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  ErrorListProps,
  FieldTemplateProps,
  IconButtonProps,
  ObjectFieldTemplateProps,
  TemplatesType,
} from '@rjsf/utils'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'

function FieldTemplate(props: FieldTemplateProps) {
  const { t } = useTranslation()
  if (props.hidden) return <div hidden>{props.children}</div>
  const isGroup = props.schema.type === 'object' || (props.schema.type === 'array' && props.uiSchema?.['ui:widget'] === undefined)
  if (isGroup) return <>{props.children}</>
  const isTick = props.schema.type === 'boolean'
  const errors = props.rawErrors ?? []
  return (
    <div className={`field ${errors.length > 0 ? 'field-wrong' : ''}`}>
      {!isTick && (
        <label htmlFor={props.id}>
          {props.label}
          {props.required && <span className="required">{t('field.required')}</span>}
        </label>
      )}
      {props.children}
      <div id={`${props.id}-about`}>
        {props.rawDescription && <p className="hint">{props.rawDescription}</p>}
        {errors.map((error) => (
          <p key={error} className="field-error">
            <span aria-hidden="true">■</span> {error}
          </p>
        ))}
      </div>
    </div>
  )
}

function ObjectFieldTemplate(props: ObjectFieldTemplateProps) {
  const fields = <div className="form-fields">{props.properties.map((part) => part.content)}</div>
  if (!props.title) return fields
  return (
    <fieldset className="form-group">
      <legend>{props.title}</legend>
      {props.description && <p className="hint">{props.description}</p>}
      {fields}
    </fieldset>
  )
}

function ArrayFieldTemplate(props: ArrayFieldTemplateProps) {
  const { t } = useTranslation()
  return (
    <fieldset className="form-group">
      <legend>{props.title}</legend>
      {props.items}
      {props.canAdd && (
        <Button size="small" onClick={props.onAddClick} disabled={Boolean(props.disabled || props.readonly)}>
          {t('form.add')}
        </Button>
      )}
    </fieldset>
  )
}

function ArrayFieldItemTemplate(props: ArrayFieldItemTemplateProps) {
  const { t } = useTranslation()
  const { hasRemove, onRemoveItem } = props.buttonsProps
  return (
    <div className="form-item">
      <div className="form-item-fields">{props.children}</div>
      {hasRemove && (
        <Button size="small" onClick={onRemoveItem} aria-label={t('form.remove-one', { place: props.index + 1 })}>
          {t('form.remove')}
        </Button>
      )}
    </div>
  )
}

/** Every fault in one place, each with a way to its field. */
function ErrorListTemplate({ errors }: ErrorListProps) {
  const { t } = useTranslation()
  return (
    <div className="problem" role="alert">
      <h3 className="problem-title">
        <span aria-hidden="true">■</span> {t('form.faults', { count: errors.length })}
      </h3>
      <ul>
        {errors.map((error) => (
          <li key={error.stack}>
            <a href={`#${fieldOf(error.property)}`} onClick={(event) => goTo(event, fieldOf(error.property))}>
              {error.stack}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}

function fieldOf(property: string | undefined): string {
  return `root${(property ?? '').replaceAll('.', '_')}`
}

function goTo(event: React.MouseEvent, id: string) {
  event.preventDefault()
  document.getElementById(id)?.focus()
}

function RemoveButton(props: IconButtonProps) {
  const { t } = useTranslation()
  return (
    <Button size="small" disabled={Boolean(props.disabled)} onClick={props.onClick as () => void}>
      {t('form.remove')}
    </Button>
  )
}

export const templates: Partial<Omit<TemplatesType, 'ButtonTemplates'>> & { ButtonTemplates: Partial<TemplatesType['ButtonTemplates']> } = {
  FieldTemplate,
  ObjectFieldTemplate,
  ArrayFieldTemplate,
  ArrayFieldItemTemplate,
  ErrorListTemplate,
  ButtonTemplates: { RemoveButton, SubmitButton: () => null },
}
