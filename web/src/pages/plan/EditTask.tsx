import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanEdit, type PlanPoint, type PlanTask, askChange, editPlan, plan as planQuery, planTasks } from '../../api/plans'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { Waiting } from '../../kit/Loaded'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { isDay } from './figure'
import { changedOf, holding, isAsTold, isConflict } from './holding'
import { units } from './structure'
import { type TaskForm, taskEdit, toTaskForm } from './tasks'

/** A task, or that there is none yet, with the revision in which that was seen: an edit is sent on no other. */
export interface Seen {
  task: PlanTask | undefined
  etag: string | undefined
}

interface Props {
  plan: Plan
  point: PlanPoint
  opened: Seen
  onClose: () => void
}

interface Written {
  /** What is otherwise than the plan has it. */
  fields?: Partial<TaskForm>
  reason: string
}

/** A task is written here; what a plan in force does not allow to be edited is asked for as a change of it. */
export function EditTask({ plan, point, opened, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  const [{ task, etag }, setSeen] = useState(opened)
  const before = toTaskForm(task, plan.year ? `${plan.year}-12-31` : '')
  const { draft, isKnown, now, write, reset, finish } = useDrafted<Written>(`plan.${plan.id}.task.${task?.id ?? `new-${point.number}`}`, { reason: '' })
  const { fields, reason } = now
  const form = { ...before, ...fields }
  useReturnFocus()
  const done = async () => {
    await finish()
    await queries.invalidateQueries({ queryKey: ['plan', plan.id] })
    onClose()
  }
  const save = useMutation({
    mutationFn: (edits: PlanEdit[]) =>
      holding(
        etag,
        (match) => editPlan(plan.id, edits, reason.trim(), match),
        async () => {
          const fresh = await queries.fetchQuery({ ...planTasks(plan.id), staleTime: 0 })
          const same = fresh.data.tasks.find(({ id }) => id === task?.id)
          if (same) setSeen({ task: same, etag: fresh.etag })
          return { holds: isAsTold(same && toTaskForm(same, ''), task && toTaskForm(task, '')), etag: fresh.etag }
        },
      ),
    onSuccess: (told) => {
      queries.setQueryData(planQuery(plan.id).queryKey, told)
      return done()
    },
    onError: (error) => isConflict(error) && queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
  const change = useMutation({ mutationFn: (edits: PlanEdit[]) => askChange(plan.id, edits, reason.trim()), onSuccess: done })
  const edit = taskEdit(task, point.number, form)
  const isWrong = form.title.trim() === '' || !isDay(form.due.trim())
  const isBusy = save.isPending || change.isPending
  const isInForce = plan.status === 'approved'
  const error = change.error ?? save.error
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? '100%' : 560}
      title={task ? t('plans.task-edit-of', { title: task.title }) : t('plans.task-add-to', { point: point.title })}
      closable={{ 'aria-label': t('action.close') }}
    >
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          {isInForce && <p className="note">{t('plans.edit-in-force')}</p>}
          <Restored draft={draft} reset={reset} />
          {error !== null && (
            <>
              {isConflict(error) && <p className="note" role="status">{t('plans.edit-conflict')}</p>}
              <ProblemPanel error={error} doing={t('plans.edit')} />
            </>
          )}
          <TaskFields plan={plan} form={form} set={(next) => write({ fields: changedOf(before, next) })} />
          <ReasonField id="plan-task-reason" value={reason} set={(next) => write({ reason: next })} stock={[t('plans.stock-meeting'), t('plans.stock-unit')]} />
          <div className="actions">
            <Button type="primary" loading={save.isPending} disabled={isWrong || !edit || isBusy} onClick={() => edit && save.mutate([edit])}>
              {t('plans.assign-save')}
            </Button>
            {isInForce && (
              <Button loading={change.isPending} disabled={isWrong || !edit || reason.trim() === '' || isBusy} onClick={() => edit && change.mutate([edit])}>
                {t('plans.ask-change')}
              </Button>
            )}
            {task && <Remove task={task} isInForce={isInForce} reason={reason} busy={isBusy} remove={(edits) => (isInForce ? change.mutate(edits) : save.mutate(edits))} />}
            <Saved draft={draft} />
          </div>
        </>
      )}
    </Drawer>
  )
}

interface RemoveProps {
  task: PlanTask
  isInForce: boolean
  reason: string
  busy: boolean
  remove: (edits: PlanEdit[]) => void
}

function Remove({ task, isInForce, reason, busy, remove }: RemoveProps) {
  const { t } = useTranslation()
  return (
    <Button danger disabled={busy || reason.trim() === ''} onClick={() => remove([{ op: 'remove', item: `task/${task.id}` }])}>
      {t(isInForce ? 'plans.task-ask-remove' : 'plans.task-remove')}
    </Button>
  )
}

function TaskFields({ plan, form, set }: { plan: Plan; form: TaskForm; set: (form: TaskForm) => void }) {
  const { t } = useTranslation()
  const id = useId()
  const known = units(plan).map((name) => ({ value: name, label: name }))
  const isDueWrong = !isDay(form.due.trim())
  return (
    <>
      <div className="field">
        <label htmlFor={`${id}-title`}>
          {t('plans.task')} <span className="required">{t('field.required')}</span>
        </label>
        <Input.TextArea id={`${id}-title`} rows={2} maxLength={300} value={form.title} onChange={(event) => set({ ...form, title: event.target.value })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-lead`}>{t('plans.lead')}</label>
        <Select id={`${id}-lead`} mode="tags" value={form.lead ? [form.lead] : []} placeholder={t('plans.lead-open')} options={known} onChange={(next: string[]) => set({ ...form, lead: next.at(-1) ?? '' })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-supports`}>{t('plans.supports')}</label>
        <Select id={`${id}-supports`} mode="tags" value={form.supports} options={known} onChange={(next: string[]) => set({ ...form, supports: next })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-counties`}>{t('plans.counties')}</label>
        <Select id={`${id}-counties`} mode="tags" value={form.counties} onChange={(next: string[]) => set({ ...form, counties: next })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-deliverable`}>{t('plans.deliverable')}</label>
        <Input id={`${id}-deliverable`} value={form.deliverable} onChange={(event) => set({ ...form, deliverable: event.target.value })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-due`}>{t('plans.due-day')}</label>
        <Input id={`${id}-due`} value={form.due} placeholder="2025-12-31" {...(isDueWrong && { status: 'error', 'aria-invalid': true })} onChange={(event) => set({ ...form, due: event.target.value })} />
        {isDueWrong && <div className="field-error">{t('plans.due-wrong')}</div>}
      </div>
    </>
  )
}
