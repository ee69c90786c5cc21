import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { useWords } from '../../kit/words'
import { type Condition, isOfType } from './condition'

interface Props {
  condition: Condition
  place: number
  type: string
  set: (values: string[]) => void
}

/** What a column is compared with, as its type is typed. */
export function ConditionValues({ condition: { comparison, values }, place, type, set }: Props) {
  const { t } = useTranslation()
  const { type: typeWord } = useWords()
  const wrong = values.find((value) => value !== '' && !isOfType(value, type))
  const one = (at: number, label: string) => (
    <Value label={label} type={type} value={values[at] ?? ''} onChange={(value) => set(values.map((former, other) => (other === at ? value : former)))} />
  )
  return (
    <>
      {comparison === 'in' && (
        <Select
          mode="tags"
          aria-label={t('grants.condition-value', { place })}
          placeholder={t('form.words')}
          notFoundContent={null}
          tokenSeparators={[',', '\uff0c', '\u3001']}
          open={false}
          value={values}
          onChange={(next: string[]) => set(next.map((value) => value.trim()).filter(Boolean))}
        />
      )}
      {comparison === 'between' && (
        <>
          {one(0, t('grants.condition-from', { place }))}
          <span>{t('grants.condition-to-short')}</span>
          {one(1, t('grants.condition-to', { place }))}
        </>
      )}
      {comparison !== 'in' && comparison !== 'between' && values.length > 0 && one(0, t('grants.condition-value', { place }))}
      {wrong !== undefined && (
        <span className="field-error" role="alert">
          {t('grants.condition-unfit', { value: wrong, type: typeWord(type) })}
        </span>
      )}
    </>
  )
}

interface ValueProps {
  label: string
  type: string
  value: string
  onChange: (value: string) => void
}

/** The browser gives no seconds where there are none. */
const toTheSecond = (typed: string) => (/(^|T)\d\d:\d\d$/.test(typed) ? `${typed}:00` : typed).replace('T', ' ')

const INPUTS: Partial<Record<string, string>> = { date: 'date', time: 'time', timestamp: 'datetime-local' }

function Value({ label, type, value, onChange }: ValueProps) {
  const { t } = useTranslation()
  const input = INPUTS[type]
  if (type === 'boolean') {
    return (
      <Select
        aria-label={label}
        placeholder={t('grants.condition-value-short')}
        {...(value && { value })}
        onChange={(chosen: string) => onChange(chosen)}
        options={(['true', 'false'] as const).map((one) => ({ value: one, label: t(`cell.${one}`) }))}
      />
    )
  }
  if (input) {
    return <Input aria-label={label} type={input} step={type === 'date' ? 'any' : 1} value={value.replace(' ', 'T')} onChange={(event) => onChange(toTheSecond(event.target.value))} />
  }
  const isNumber = type === 'integer' || type.startsWith('decimal')
  return (
    <Input
      aria-label={label}
      placeholder={t('grants.condition-value-short')}
      autoComplete="off"
      spellCheck={false}
      {...(isNumber && { inputMode: 'decimal' as const })}
      value={value}
      onChange={(event) => onChange(isNumber ? event.target.value.trim() : event.target.value)}
    />
  )
}
