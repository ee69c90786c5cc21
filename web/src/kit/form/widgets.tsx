import type { RegistryWidgetsType, WidgetProps } from '@rjsf/utils'
import Checkbox from 'antd/es/checkbox'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'

/** Names of the parts around a field, which say what it is for and what is wrong with it. */
function described(props: WidgetProps) {
  return {
    id: props.id,
    disabled: Boolean(props.disabled || props.readonly),
    'aria-required': Boolean(props.required),
    'aria-invalid': Boolean(props.rawErrors?.length),
    'aria-describedby': `${props.id}-about`,
  }
}

function TextWidget(props: WidgetProps) {
  const isNumber = props.schema.type === 'integer' || props.schema.type === 'number'
  const change = (text: string) => {
    if (text === '') return props.onChange(undefined)
    return props.onChange(isNumber && !Number.isNaN(Number(text)) ? Number(text) : text)
  }
  const shared = { ...described(props), value: String(props.value ?? ''), placeholder: props.placeholder }
  return props.options.lines ? (
    <Input.TextArea {...shared} rows={Number(props.options.lines)} onChange={(event) => change(event.target.value)} />
  ) : (
    <Input {...shared} {...(isNumber && { inputMode: 'numeric' })} onChange={(event) => change(event.target.value)} />
  )
}

/** A long text, with room for some lines from the beginning. */
function TextareaWidget(props: WidgetProps) {
  return <TextWidget {...props} options={{ lines: 4, ...props.options }} />
}

function SelectWidget(props: WidgetProps) {
  const { enumOptions = [] } = props.options
  return (
    <Select
      {...described(props)}
      className="wide-select"
      allowClear={!props.required}
      {...(props.multiple && { mode: 'multiple' as const })}
      {...(props.value !== undefined && props.value !== null && { value: props.value as string })}
      onChange={(value: unknown) => props.onChange(value)}
      options={enumOptions.map(({ value, label }) => ({ value: value as string, label }))}
    />
  )
}

function CheckboxWidget(props: WidgetProps) {
  return (
    <Checkbox {...described(props)} checked={Boolean(props.value)} onChange={(event) => props.onChange(event.target.checked)}>
      {props.label}
    </Checkbox>
  )
}

/** Words that somebody types one after another: labels, related codes. */
function WordsWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const isNumber = (props.schema.items as { type?: string } | undefined)?.type === 'integer'
  const list = Array.isArray(props.value) ? props.value.map(String) : []
  return (
    <Select
      {...described(props)}
      className="wide-select"
      mode="tags"
      open={false}
      suffixIcon={null}
      placeholder={t('form.words')}
      tokenSeparators={[',', '\uff0c', '\u3001', ' ']}
      value={list}
      onChange={(words: string[]) => props.onChange(isNumber ? words.map(Number).filter(Number.isInteger) : words)}
    />
  )
}

export const widgets: RegistryWidgetsType = {
  TextWidget,
  TextareaWidget,
  UpDownWidget: TextWidget,
  URLWidget: TextWidget,
  EmailWidget: TextWidget,
  SelectWidget,
  CheckboxWidget,
  words: WordsWidget,
}
