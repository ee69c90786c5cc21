import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import type { Plan, PlanPoint, PlanTask } from '../../api/plans'
import { Field } from '../../kit/Field'
import { EditItem, type Refusal, type Seen } from './EditItem'
import { isDay } from './figure'
import { units } from './structure'
import { type TaskForm, faultsOfTask, taskEdit, toTaskForm } from './tasks'

interface Props {
  plan: Plan
  point: PlanPoint
  opened: Seen<PlanTask>
  onClose: () => void
}

/** A task of a point: what is to be done, by whom, with what to show, by when. */
export function EditTask({ plan, point, opened, onClose }: Props) {
  const { t } = useTranslation()
  const title = opened.item?.title ?? ''
  return (
    <EditItem
      plan={plan}
      kind="task"
      to={`point/${point.number}`}
      opened={opened}
      title={opened.item ? t('plans.task-edit-of', { title }) : t('plans.task-add-to', { point: point.title })}
      find={(tasks, id) => tasks.find((task) => task.id === id)}
      toForm={(task: PlanTask | undefined) => toTaskForm(task, plan.year ? `${plan.year}-12-31` : '')}
      toEdit={(task, form) => taskEdit(task, point.number, form)}
      faultsOf={faultsOfTask}
      fields={(form, set, refusal) => <TaskFields plan={plan} form={form} set={set} refusal={refusal} />}
      remove={t('plans.task-remove')}
      sure={t('plans.task-remove-sure', { title })}
      onClose={onClose}
    />
  )
}

interface FieldsProps {
  plan: Plan
  form: TaskForm
  set: (form: TaskForm) => void
  refusal: Refusal<TaskForm>
}

function TaskFields({ plan, form, set, refusal }: FieldsProps) {
  const { t } = useTranslation()
  const known = units(plan).map((name) => ({ value: name, label: name }))
  const due = form.due.trim()
  return (
    <>
      <Field label={t('plans.task')} required fault={refusal('title')}>
        {(described) => <Input.TextArea {...described} rows={2} maxLength={300} value={form.title} onChange={(event) => set({ ...form, title: event.target.value })} />}
      </Field>
      <Field label={t('plans.lead')} fault={refusal('lead')}>
        {(described) => <Select {...described} mode="tags" value={form.lead ? [form.lead] : []} placeholder={t('plans.lead-open')} options={known} onChange={(next: string[]) => set({ ...form, lead: next.at(-1) ?? '' })} />}
      </Field>
      <Field label={t('plans.supports')} fault={refusal('supports')}>
        {(described) => <Select {...described} mode="tags" value={form.supports} options={known} onChange={(next: string[]) => set({ ...form, supports: next })} />}
      </Field>
      <Field label={t('plans.counties')} fault={refusal('counties')}>
        {(described) => <Select {...described} mode="tags" value={form.counties} onChange={(next: string[]) => set({ ...form, counties: next })} />}
      </Field>
      <Field label={t('plans.deliverable')} fault={refusal('deliverable')}>
        {(described) => <Input {...described} value={form.deliverable} onChange={(event) => set({ ...form, deliverable: event.target.value })} />}
      </Field>
      <Field label={t('plans.due-day')} required fault={refusal('due') || (due !== '' && !isDay(due) && t('plans.day-wrong'))}>
        {(described) => <Input {...described} value={form.due} placeholder="2025-12-31" onChange={(event) => set({ ...form, due: event.target.value })} />}
      </Field>
    </>
  )
}
