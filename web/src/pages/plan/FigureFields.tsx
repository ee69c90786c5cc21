import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useWords } from '../../kit/words'
import { BOUNDS, COMPARISONS, type FigureForm, KINDS, OPEN_PERCENT, PERCENTAGE_POINT, faultsOf } from './figure'
import { useFigureWords } from './useFigureWords'

interface Props {
  form: FigureForm
  set: (form: FigureForm) => void
  /** What is a target stays one. */
  withoutKind?: boolean
}

/** The fields of a figure, each with its name. */
export function FigureFields({ form, set, withoutKind }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFigureWords()
  const faults = faultsOf(form)
  const to = (name: keyof FigureForm) => (value: string) => set({ ...form, [name]: value })
  const units = form.unit === OPEN_PERCENT || form.unit === PERCENTAGE_POINT
  return (
    <div className="field-row plan-fields">
      {!withoutKind && <Choice name={t('plans.kind')} value={form.kind} set={to('kind')} options={KINDS.map((kind) => [kind, word('plan-kind', kind)])} />}
      <Choice name={t('plans.comparison')} value={form.comparison} set={to('comparison')} options={COMPARISONS.map((sign) => [sign, words.comparison(sign)])} />
      <Text name={t('plans.value')} value={form.value} set={to('value')} fault={faults.includes('value') ? t(form.comparison === 'change' ? 'plans.value-number' : 'plans.value-missing') : ''} />
      {form.comparison === 'between' && (
        <>
          <Text name={t('plans.low')} value={form.low} set={to('low')} fault={faults.includes('range') ? t('plans.range-wrong') : ''} />
          <Text name={t('plans.high')} value={form.high} set={to('high')} fault="" />
        </>
      )}
      {units ? (
        <Choice name={t('plans.unit')} value={form.unit} set={to('unit')} options={[OPEN_PERCENT, '%', PERCENTAGE_POINT].map((unit) => [unit, words.unit(unit)])} />
      ) : (
        <Text name={t('plans.unit')} value={form.unit} set={to('unit')} fault={faults.includes('unit') ? t('plans.unit-long') : ''} />
      )}
      <Text name={t('plans.due-day')} value={form.due} set={to('due')} hint="2025-12-31" fault={faults.includes('due') ? t('plans.due-wrong') : ''} />
      {form.comparison === 'change' && (
        <>
          <Choice name={t('plans.bound')} value={form.bound} set={to('bound')} options={BOUNDS.map((sign) => [sign, sign ? words.comparison(sign) : t('plans.bound-none')])} />
          <Text name={t('plans.baseline')} value={form.baseline} set={to('baseline')} fault="" />
        </>
      )}
    </div>
  )
}

interface ChoiceProps {
  name: string
  value: string
  set: (value: string) => void
  options: (readonly [string, string])[]
}

function Choice({ name, value, set, options }: ChoiceProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      <Select id={id} value={value} onChange={(next: string) => set(next)} options={options.map(([key, label]) => ({ value: key, label }))} />
    </div>
  )
}

interface TextProps {
  name: string
  value: string
  set: (value: string) => void
  hint?: string
  fault: string
}

function Text({ name, value, set, hint, fault }: TextProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      <Input
        id={id}
        value={value}
        {...(hint && { placeholder: hint })}
        {...(fault && { status: 'error', 'aria-invalid': true, 'aria-describedby': `${id}-fault` })}
        onChange={(event) => set(event.target.value)}
      />
      {fault && (
        <div id={`${id}-fault`} className="field-error">
          {fault}
        </div>
      )}
    </div>
  )
}
