import Input from 'antd/es/input'
import { useTranslation } from 'react-i18next'
import type { Plan, PlanNode, PlanTask } from '../../api/plans'
import { Field } from '../../kit/Field'
import { EditItem, type Refusal, type Seen } from './EditItem'
import { isDay } from './figure'
import { type NodeForm, faultsOfNode, nodeEdit, toNodeForm } from './nodes'

interface Props {
  plan: Plan
  task: PlanTask
  opened: Seen<PlanNode>
  onClose: () => void
}

/** A dated step of a task; whoever leads the task answers for it. */
export function EditNode({ plan, task, opened, onClose }: Props) {
  const { t } = useTranslation()
  const title = opened.item?.title ?? ''
  // A county's copy is not measured by the target of the city.
  const hasShare = typeof opened.item?.share === 'number' || (typeof task.target === 'number' && !task.of)
  return (
    <EditItem
      plan={plan}
      kind="node"
      to={`task/${task.id}`}
      opened={opened}
      title={opened.item ? t('plans.node-edit-of', { title }) : t('plans.node-add-to', { title: task.title })}
      about={<About task={task} />}
      find={(tasks, id) => tasks.flatMap(({ nodes }) => nodes).find((node) => node.id === id)}
      toForm={(node: PlanNode | undefined) => toNodeForm(node)}
      toEdit={(node, form) => nodeEdit(node, task.id, form)}
      faultsOf={faultsOfNode}
      fields={(form, set, refusal) => <NodeFields task={task} hasShare={hasShare} form={form} set={set} refusal={refusal} />}
      remove={t('plans.node-remove')}
      sure={t('plans.node-remove-sure', { title })}
      onClose={onClose}
    />
  )
}

function About({ task }: { task: PlanTask }) {
  const { t } = useTranslation()
  return (
    <dl className="facts plan-bound">
      <div>
        <dt>{t('plans.task')}</dt>
        <dd translate="no">{task.title}</dd>
      </div>
      <div>
        <dt>{t('plans.lead')}</dt>
        <dd>{task.lead ?? <span className="warning-text">{t('plans.lead-open')}</span>}</dd>
      </div>
      <div>
        <dt>{t('plans.due-day')}</dt>
        <dd className="num">{task.due}</dd>
      </div>
    </dl>
  )
}

interface FieldsProps {
  task: PlanTask
  hasShare: boolean
  form: NodeForm
  set: (form: NodeForm) => void
  refusal: Refusal<NodeForm>
}

function NodeFields({ task, hasShare, form, set, refusal }: FieldsProps) {
  const { t } = useTranslation()
  const due = form.due.trim()
  const isLater = isDay(due) && due > task.due
  return (
    <>
      <Field label={t('plans.node')} required fault={refusal('title')}>
        {(described) => <Input.TextArea {...described} rows={2} maxLength={300} value={form.title} onChange={(event) => set({ ...form, title: event.target.value })} />}
      </Field>
      <Field
        label={t('plans.due-day')}
        required
        help={isLater && <span className="warning-text">{t('plans.node-later')}</span>}
        fault={refusal('due') || (due !== '' && !isDay(due) && t('plans.day-wrong'))}
      >
        {(described) => <Input {...described} value={form.due} placeholder={task.due} onChange={(event) => set({ ...form, due: event.target.value })} />}
      </Field>
      <Field label={t('plans.deliverable')} fault={refusal('deliverable')}>
        {(described) => <Input {...described} value={form.deliverable} onChange={(event) => set({ ...form, deliverable: event.target.value })} />}
      </Field>
      {hasShare && (
        <Field label={t('plans.node-share-field')} help={t('plans.node-share-help')} fault={refusal('share') || (faultsOfNode(form).includes('share') && t('plans.node-share-wrong'))}>
          {(described) => <Input {...described} inputMode="decimal" suffix="%" value={form.share} onChange={(event) => set({ ...form, share: event.target.value })} />}
        </Field>
      )}
    </>
  )
}
