import { useQuery } from '@tanstack/react-query'
import Checkbox from 'antd/es/checkbox'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { roles as rolesQuery } from '../../api/access'
import type { Problem } from '../../api/types'
import { AccountChoice } from '../../kit/AccountChoice'
import { now } from '../../kit/clock'
import { dayOf } from '../../kit/day'
import { ColumnsField } from '../../kit/ColumnsField'
import { EntryChoice } from '../../kit/EntryChoice'
import { Field } from '../../kit/Field'
import { GRADES } from '../../kit/grades'
import { useRoleName } from '../../kit/RoleNames'
import { Sentence } from '../../kit/Sentence'
import { useDatasetTitles } from '../../kit/useDatasetTitles'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { WAYS } from '../../kit/ways'
import { faultOf } from '../accounts/faults'
import { ConditionFields } from './ConditionFields'
import { MaskFields } from './MaskFields'
import { GRANTEES, type GrantForm } from './grant'

interface Props {
  form: GrantForm
  problem: Problem | undefined
  set: (part: Partial<GrantForm>) => void
}

export function GrantFields(props: Props) {
  return (
    <>
      <ToWhom {...props} />
      <What {...props} />
      <Terms {...props} />
    </>
  )
}

function useFault(problem: Problem | undefined) {
  const fault = faultOf(problem)
  return (field: string) => fault?.field === field && <Sentence text={fault.why} />
}

/** Departments and roles are chosen from lists; accounts are found by their names. */
function ToWhom({ form, problem, set }: Props) {
  const { t } = useTranslation()
  const { data: known } = useQuery(rolesQuery)
  const roleName = useRoleName()
  const filterOption = useOptionFilter()
  const at = useFault(problem)
  const lists: Record<string, { value: string; label: string }[]> = {
    department: (known?.departments ?? []).map((one) => ({ value: one, label: one })),
    role: (known?.roles ?? []).map(({ id }) => ({ value: id, label: roleName(id) })),
  }
  const options = lists[form.kind]
  return (
    <>
      <Field label={t('grants.to-kind')}>
        {(described) => (
          <Select
            {...described}
            value={form.kind}
            onChange={(kind: string) => set({ kind, to: '' })}
            options={GRANTEES.map((one) => ({ value: one, label: t(`grantee.${one}`) }))}
          />
        )}
      </Field>
      <Field label={t(options ? 'grants.to-which' : 'grants.to-account')} required help={!options && t('grants.to-account-help')} fault={at('to')}>
        {(described) =>
          options ? (
            <Select
              {...described}
              showSearch={{ filterOption }}
              {...(form.to && { value: form.to })}
              onChange={(to: string) => set({ to })}
              options={options}
            />
          ) : (
            <AccountChoice described={described} kind={form.kind} value={form.to} onChange={(to) => set({ to })} />
          )
        }
      </Field>
    </>
  )
}

function What({ form, problem, set }: Props) {
  const { t } = useTranslation()
  const titles = useDatasetTitles()
  const at = useFault(problem)
  return (
    <>
      <Field label={t('dataset.one')} required fault={at('dataset')}>
        {({ id }) => <EntryChoice id={id} label={t('dataset.one')} value={form.dataset} title={titles.get(form.dataset) ?? form.dataset} onChange={(dataset) => set({ dataset })} />}
      </Field>
      <Field label={t('grants.columns')} help={t('grants.columns-help')} fault={at('columns')}>
        {(described) => <ColumnsField described={described} dataset={form.dataset} value={form.columns} onChange={(columns) => set({ columns })} />}
      </Field>
      <ConditionFields dataset={form.dataset} sql={form.rows} fault={at('rows')} onChange={(rows) => set({ rows })} />
      <Field label={t('grants.up-to')} required help={t(`grade-means.${gradeOf(form.upTo)}`)} fault={at('up_to')}>
        {(described) => (
          <Select
            {...described}
            value={form.upTo}
            onChange={(upTo: string) => set({ upTo })}
            options={GRADES.map((one) => ({ value: one, label: t(`grade.${one}`) }))}
          />
        )}
      </Field>
      <MaskFields masks={form.masks} fault={at('masks')} set={(masks) => set({ masks })} />
    </>
  )
}

const gradeOf = (text: string) => GRADES.find((one) => one === text) ?? 'general-1'

/** For what, until when and how often. */
function Terms({ form, problem, set }: Props) {
  const { t } = useTranslation()
  const at = useFault(problem)
  return (
    <>
      <Field label={t('grants.purpose')} required help={t('grants.purpose-help')} fault={at('purpose')}>
        {(described) => <Input {...described} maxLength={500} value={form.purpose} onChange={(event) => set({ purpose: event.target.value })} />}
      </Field>
      <Field label={t('grants.basis')} help={t('grants.basis-help')} fault={at('basis')}>
        {(described) => <Input {...described} maxLength={500} value={form.basis} onChange={(event) => set({ basis: event.target.value })} />}
      </Field>
      <Field label={t('grants.from-day')} help={t('grants.from-help')} fault={at('from')}>
        {(described) => <Input {...described} type="date" min={dayOf(now())} value={form.from} onChange={(event) => set({ from: event.target.value })} />}
      </Field>
      <Field label={t('grants.until-day')} required help={t('grants.until-help')} fault={at('until')}>
        {(described) => <Input {...described} type="date" min={dayOf(now())} value={form.until} onChange={(event) => set({ until: event.target.value })} />}
      </Field>
      <Field label={t('grants.uses')} help={t('grants.uses-help')} fault={at('uses')}>
        {(described) => <Input {...described} inputMode="numeric" maxLength={9} value={form.uses} onChange={(event) => set({ uses: event.target.value.trim() })} />}
      </Field>
      <fieldset className="field">
        <legend>
          {t('grants.ways')} <span className="required">{t('field.required')}</span>
        </legend>
        <Checkbox.Group className="choices" value={form.ways} onChange={(ways) => set({ ways })} options={WAYS.map((one) => ({ value: one, label: t(`way.${one}`) }))} />
      </fieldset>
    </>
  )
}
