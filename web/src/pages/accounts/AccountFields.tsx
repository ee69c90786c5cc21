import { useQuery } from '@tanstack/react-query'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { roles as rolesQuery } from '../../api/access'
import type { Problem } from '../../api/types'
import { Field } from '../../kit/Field'
import { useRoleName } from '../../kit/RoleNames'
import { Sentence } from '../../kit/Sentence'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { type AccountForm, KINDS, isJoined } from './account'
import { faultOf } from './faults'

interface Props {
  form: AccountForm
  isNew: boolean
  /** The refusal, of which what is said of a field stands there. */
  problem: Problem | undefined
  set: (part: Partial<AccountForm>) => void
}

export function AccountFields({ form, isNew, problem, set }: Props) {
  const { t } = useTranslation()
  const roleName = useRoleName()
  const filterOption = useOptionFilter()
  const { data: known } = useQuery(rolesQuery)
  const fault = faultOf(problem)
  const at = (field: keyof AccountForm) => fault?.field === field && <Sentence text={fault.why} />
  const none = (list: string[] | undefined, shown: string) =>
    [{ value: '', label: t('accounts.none-of') }, ...[...new Set([...(list ?? []), ...(shown ? [shown] : [])])].map((one) => ({ value: one, label: one }))]
  return (
    <>
      {isNew && (
        <>
          <Field label={t('accounts.id')} required help={t('accounts.id-help')} fault={problem?.code === 'account-exists' ? t('accounts.id-taken') : at('id')}>
            {(described) => (
              <Input
                {...described}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={63}
                value={form.id}
                onChange={(event) => set({ id: event.target.value.trim().toLowerCase() })}
              />
            )}
          </Field>
          <Field label={t('accounts.kind')} help={form.kind === 'service' && t('accounts.service-help')}>
            {(described) => (
              <Select {...described} value={form.kind} onChange={(kind: string) => set({ kind })} options={KINDS.map((one) => ({ value: one, label: t(`account-kind.${one}`) }))} />
            )}
          </Field>
        </>
      )}
      <Field label={t('accounts.name')} required fault={at('name')}>
        {(described) => <Input {...described} autoComplete="off" maxLength={100} value={form.name} onChange={(event) => set({ name: event.target.value })} />}
      </Field>
      <Field label={t('accounts.department')} fault={at('department')}>
        {(described) => (
          <Select
            {...described}
            showSearch={{ filterOption }}
            value={form.department}
            onChange={(department: string) => set({ department })}
            options={none(known?.departments, form.department)}
          />
        )}
      </Field>
      <Field label={t('accounts.division')} help={t('accounts.division-help')} fault={at('division')}>
        {(described) => (
          <Select {...described} showSearch={{ filterOption }} value={form.division} onChange={(division: string) => set({ division })} options={none(known?.divisions, form.division)} />
        )}
      </Field>
      {form.kind === 'organisation' && (
        <Field label={t('accounts.uscc')} fault={at('uscc')}>
          {(described) => <Input {...described} autoComplete="off" maxLength={18} value={form.uscc} onChange={(event) => set({ uscc: event.target.value.toUpperCase() })} />}
        </Field>
      )}
      <Field label={t('accounts.roles')} help={t('accounts.roles-help')} fault={isJoined(form.roles) ? t('accounts.roles-joined') : at('roles')}>
        {(described) => (
          <Select
            {...described}
            mode="multiple"
            showSearch={{ filterOption }}
            value={form.roles}
            onChange={(roles: string[]) => set({ roles })}
            options={(known?.roles ?? []).map(({ id }) => ({ value: id, label: roleName(id) }))}
          />
        )}
      </Field>
    </>
  )
}
