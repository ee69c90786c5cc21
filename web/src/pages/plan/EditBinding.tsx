import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isConflict, problemOf } from '../../api/errors'
import { forms } from '../../api/forms'
import { metrics } from '../../api/metrics'
import { type Plan, type PlanTarget, bindTarget, plan as planQuery } from '../../api/plans'
import { useEntryTitle } from '../../kit/entry'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { unitName } from '../../kit/units'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useWords } from '../../kit/words'
import { AGAINST, BINDING_KINDS, type BindingField, type BindingForm, WAYS, faultsOfBinding, fieldsOf, isSameBinding, refusedField, toBinding, toBindingForm } from './binding'
import { holding, isAsTold } from './holding'
import { BoundBy, SourceLink } from './SourceLink'
import { useFigureWords } from './useFigureWords'

/** A target with the revision in which it was seen: a decision about it is sent on no other. */
export interface Seen {
  target: PlanTarget
  etag: string | undefined
}

interface Props {
  plan: Plan
  opened: Seen
  onClose: () => void
}

interface Written {
  /** Absent until something of it is changed. */
  form?: BindingForm
  reason: string
}

/** Says what the actual of a target comes from; what the program refuses is told at its field. */
export function EditBinding({ plan, opened, onClose }: Props) {
  const { t } = useTranslation()
  const words = useFigureWords()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  const [{ target, etag }, setSeen] = useState(opened)
  const { draft, isKnown, now, write, reset, finish } = useDrafted<Written>(`plan.${plan.id}.binding.${target.number}`, { reason: '' })
  const { form = toBindingForm(target.binding), reason } = now
  const waitId = useId()
  useReturnFocus()
  const save = useMutation({
    mutationFn: () =>
      holding(
        etag,
        (match) => bindTarget(plan.id, target.number, toBinding(form, reason.trim()), match),
        async () => {
          const fresh = await queries.fetchQuery({ ...planQuery(plan.id), staleTime: 0 })
          const same = fresh.data.targets.find(({ number }) => number === target.number)
          if (same) setSeen({ target: same, etag: fresh.etag })
          return { holds: isAsTold(same?.binding, target.binding), etag: fresh.etag }
        },
      ),
    onSuccess: async (told) => {
      queries.setQueryData(planQuery(plan.id).queryKey, told)
      await finish()
      await queries.invalidateQueries({ queryKey: ['plan', plan.id] })
      onClose()
    },
    onError: (error) => isConflict(error) && queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
  const named = save.error ? refusedField(problemOf(save.error)) : undefined
  const refused = named && fieldsOf(form).includes(named) ? named : undefined
  const set = (next: BindingForm) => {
    save.reset()
    write({ form: next })
  }
  // What nobody has confirmed yet may be confirmed as it is.
  const isUnchanged = Boolean(target.binding.by) && isSameBinding(target.binding, form)
  const lacksReason = reason.trim() === '' ? t('reason-dialog.missing') : undefined
  const wait = faultsOfBinding(form).length > 0 ? t('plans.bind-incomplete') : isUnchanged ? t('plans.bind-unchanged') : lacksReason
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 560} title={t('plans.bind-of', { literal: target.literal })} closable={{ 'aria-label': t('action.close') }}>
      <dl className="facts plan-bound">
        <div>
          <dt>{t('plans.target')}</dt>
          <dd className="num">{words.figure(target)}</dd>
        </div>
        <div>
          <dt>{t(target.binding.by || target.binding.kind === 'open' ? 'plans.bound-now' : 'plans.bound-proposed')}</dt>
          <dd>
            <SourceLink binding={target.binding} />
          </dd>
        </div>
        <div>
          <dt>{t('plans.bound-by')}</dt>
          <dd>
            <BoundBy binding={target.binding} />
          </dd>
        </div>
      </dl>
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          <Restored draft={draft} reset={reset} />
          <BindingFields form={form} set={set} refused={refused} detail={save.error ? problemOf(save.error).detail : ''} />
          <ReasonField id="plan-binding-reason" value={reason} set={(next) => write({ reason: next })} stock={[t('plans.stock-unit'), t('plans.stock-meeting')]} />
          {save.error !== null && !refused && (
            <>
              {isConflict(save.error) && <p className="note" role="status">{t('plans.edit-conflict')}</p>}
              <ProblemPanel error={save.error} doing={t('plans.bind')} />
            </>
          )}
          <div className="actions">
            <Button type="primary" loading={save.isPending} disabled={wait !== undefined} {...(wait !== undefined && { 'aria-describedby': waitId })} onClick={() => save.mutate()}>
              {t('plans.assign-save')}
            </Button>
            {wait !== undefined && (
              <span id={waitId} className="hint">
                {wait}
              </span>
            )}
            <Saved draft={draft} />
          </div>
        </>
      )}
    </Drawer>
  )
}

interface FieldsProps {
  form: BindingForm
  set: (form: BindingForm) => void
  refused: BindingField | undefined
  /** The words of the program about the refused field. */
  detail: string
}

function BindingFields({ form, set, refused, detail }: FieldsProps) {
  const { t } = useTranslation()
  const { word } = useWords()
  const fields = fieldsOf(form)
  const refusal = (field: BindingField) => (refused === field ? t(`plans.refused-${field}`, { detail }) : '')
  return (
    <>
      <Field name={t('plans.source-kind')} fault={refusal('kind')}>
        {(id, wrong) => <Select id={id} {...wrong} value={form.kind} onChange={(kind: string) => set({ ...form, kind, id: '', metric: '' })} options={BINDING_KINDS.map((kind) => ({ value: kind, label: word('plan-binding', kind) }))} />}
      </Field>
      {form.kind === 'metric' && (
        <Field name={t('plans.metric')} fault={refusal('id')}>
          {(id, wrong) => <MetricChoice id={id} wrong={wrong} value={form.id} onChange={(metric) => set({ ...form, id: metric })} />}
        </Field>
      )}
      {form.kind === 'form' && (
        <Field name={t('plans.form-dataset')} fault={refusal('id')}>
          {(id, wrong) => <FormChoice id={id} wrong={wrong} value={form.id} onChange={(dataset) => set({ ...form, id: dataset })} />}
        </Field>
      )}
      {form.kind === 'form' && (
        <Field name={t('plans.form-metric')} fault="">
          {(id, wrong) => <MetricChoice id={id} wrong={wrong} value={form.metric} optional onChange={(metric) => set({ ...form, metric })} />}
        </Field>
      )}
      {fields.includes('way') && (
        <Field name={t('plans.way')} fault={refusal('way')}>
          {(id, wrong) => (
            <Select
              id={id}
              {...wrong}
              {...(form.way && { value: form.way })}
              placeholder={t('plans.way-choose')}
              onChange={(way: string) => set({ ...form, way })}
              options={WAYS.map((way) => ({ value: way, label: word('plan-way', way) }))}
            />
          )}
        </Field>
      )}
      {form.kind === 'metric' && form.way === 'change' && (
        <Field name={t('plans.against-what')} fault="">
          {(id) => <Select id={id} value={form.against} onChange={(against: BindingForm['against']) => set({ ...form, against })} options={AGAINST.map((one) => ({ value: one, label: word('plan-against', one) }))} />}
        </Field>
      )}
      {fields.includes('baseline') && (
        <Field name={t('plans.baseline')} fault={refusal('baseline') || (faultsOfBinding(form).includes('baseline') ? t('plans.baseline-number') : '')}>
          {(id, wrong) => <Input id={id} {...wrong} inputMode="decimal" value={form.baseline} onChange={(event) => set({ ...form, baseline: event.target.value })} />}
        </Field>
      )}
    </>
  )
}

type Wrong = { status?: 'error'; 'aria-invalid'?: true; 'aria-describedby'?: string }

function Field({ name, fault, children }: { name: string; fault: string; children: (id: string, wrong: Wrong) => ReactNode }) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      {children(id, fault ? { status: 'error', 'aria-invalid': true, 'aria-describedby': `${id}-fault` } : {})}
      {fault && (
        <p id={`${id}-fault`} className="field-error" role="alert">
          {fault}
        </p>
      )}
    </div>
  )
}

interface ChoiceProps {
  id: string
  wrong: Wrong
  value: string
  /** Whether it may be taken away again. */
  optional?: boolean
  onChange: (value: string) => void
}

/** A metric by its title, by pinyin or initials, by its id or its owner. */
function MetricChoice(props: ChoiceProps) {
  const { t } = useTranslation()
  const titled = useEntryTitle()
  const { data: all = [] } = useQuery(metrics)
  const options = all.map(({ id, title, owner, unit }) => ({ value: id, label: `${titled(title)} · ${unitName(unit)} · ${owner}` }))
  return <Choice {...props} placeholder={t('plans.metric-choose')} options={options} />
}

/** A form by its title or its dataset. */
function FormChoice(props: ChoiceProps) {
  const { t } = useTranslation()
  const titled = useEntryTitle()
  const { data } = useQuery(forms)
  const options = data?.forms.map(({ dataset, title, title_en: english }) => ({ value: dataset, label: `${titled({ zh: title, en: english ?? null })} · ${dataset}` })) ?? []
  return <Choice {...props} placeholder={t('plans.form-choose')} options={options} />
}

function Choice({ id, wrong, value, optional = false, onChange, placeholder, options }: ChoiceProps & { placeholder: string; options: { value: string; label: string }[] }) {
  const filterOption = useOptionFilter()
  return (
    <Select
      id={id}
      {...wrong}
      {...(value && { value })}
      placeholder={placeholder}
      allowClear={optional}
      showSearch={{ filterOption }}
      onChange={(next: string | undefined) => onChange(next ?? '')}
      options={options}
    />
  )
}
