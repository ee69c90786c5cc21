import { useQuery } from '@tanstack/react-query'
import Select from 'antd/es/select'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanBaseline, planBaselines, planChanges, planDifference, planTasks } from '../../api/plans'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { Num, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { type ItemDifference, byItem, lastOf, namesOf } from './difference'
import { useFieldWords } from './useFieldWords'

interface Props {
  plan: Plan
  address: URLSearchParams
  set: (name: string, value: string) => void
}

/** What the plan bound people to, each time it was approved, and how any two of these differ. */
export function Baselines({ plan, address, set }: Props) {
  const { t } = useTranslation()
  const query = useQuery(planBaselines(plan.id))
  return (
    <Loaded query={query} doing={t('plans.baselines')}>
      {(baselines) => (
        <>
          <Section title={t('plans.baselines')} flush>
            <BaselineTable plan={plan} baselines={baselines} />
          </Section>
          <Compared plan={plan} baselines={baselines} address={address} set={set} />
        </>
      )}
    </Loaded>
  )
}

function BaselineTable({ plan, baselines }: { plan: Plan; baselines: PlanBaseline[] }) {
  const { t } = useTranslation()
  const { principal } = useWords()
  const { data: asked } = useQuery(planChanges(plan.id))
  const change = (number: number) => asked?.data.changes.find(({ baseline }) => baseline === number)
  const columns: Column<PlanBaseline>[] = [
    { key: 'number', title: t('plans.baseline-one'), render: ({ number }) => t('plans.baseline-n', { number }) },
    { key: 'at', title: t('plans.approved-at'), render: ({ by }) => <Time at={by.at} /> },
    { key: 'who', title: t('history.by'), render: ({ by }) => principal(by.who) },
    { key: 'why', title: t('reason-dialog.why'), full: true, render: ({ by }) => <span className="wrap">{by.reason || '—'}</span> },
    { key: 'from', title: t('plans.baseline-from'), render: ({ number }) => (change(number) ? t('plans.change-n', { number: change(number)?.number }) : t('plans.baseline-first')) },
    { key: 'targets', title: t('plans.targets-many'), align: 'right', render: ({ targets }) => <Num value={targets} /> },
    { key: 'tasks', title: t('plans.tasks-many'), align: 'right', render: ({ tasks }) => <Num value={tasks} /> },
    { key: 'nodes', title: t('plans.nodes'), align: 'right', render: ({ nodes }) => <Num value={nodes} /> },
  ]
  return <DataTable label={t('plans.baselines')} columns={columns} rows={baselines} rowKey={({ number }) => number} empty={<Nothing title={t('plans.no-baselines')} />} />
}

function Compared({ plan, baselines, address, set }: Props & { baselines: PlanBaseline[] }) {
  const { t } = useTranslation()
  const from = Number(address.get('from')) || 1
  const to = Number(address.get('to')) || undefined
  const query = useQuery(planDifference(plan.id, from, to))
  const { data: told } = useQuery(planTasks(plan.id))
  const all = baselines.map(({ number }) => ({ value: String(number), label: t('plans.baseline-n', { number }) }))
  return (
    <Section title={t('plans.difference')} flush>
      <div className="toolbar plan-compare no-print">
        <Choice name={t('plans.compare-from')} value={String(from)} set={(value) => set('from', value)} options={all} />
        <Choice name={t('plans.compare-to')} value={to === undefined ? '' : String(to)} set={(value) => set('to', value)} options={[...all, { value: '', label: t('plans.now') }]} />
      </div>
      <Loaded query={query} doing={t('plans.difference')}>
        {(changes) => <DifferenceTable items={byItem(changes, namesOf(plan, told?.data.tasks ?? []))} />}
      </Loaded>
    </Section>
  )
}

interface ChoiceProps {
  name: string
  value: string
  set: (value: string) => void
  options: { value: string; label: string }[]
}

function Choice({ name, value, set, options }: ChoiceProps) {
  const id = useId()
  return (
    <span className="plan-choice">
      <label htmlFor={id}>{name}</label>
      <Select id={id} className="plan-lamp-select" value={value} onChange={set} options={options} />
    </span>
  )
}

/** Item by item and field by field, what was and what is. */
function DifferenceTable({ items }: { items: ItemDifference[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<ItemDifference>[] = [
    {
      key: 'item',
      title: t('plans.item'),
      render: ({ kind, item, name }) => (
        <div className="two-lines plan-task-title">
          <span translate="no">{name}</span>
          <span className="hint">
            {word('plan-item', kind)} {item.split('/')[1]}
          </span>
        </div>
      ),
    },
    { key: 'sort', title: t('plans.difference-sort'), render: ({ sort }) => word('plan-difference', sort) },
    { key: 'fields', title: t('plans.difference-fields'), full: true, render: (one) => <Fields item={one} /> },
  ]
  return (
    <>
      <p className="hint padded-line" role="status">
        {t('plans.difference-count', { count: items.length })}
      </p>
      <DataTable label={t('plans.difference')} columns={columns} rows={items} rowKey={({ item }) => item} pageSize={100} empty={<Nothing title={t('plans.no-difference')} />} />
    </>
  )
}

function Fields({ item }: { item: ItemDifference }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFieldWords()
  if (item.fields.length === 0 && item.nodes === 0) return <span className="hint">—</span>
  return (
    <ul className="wrap changes">
      {item.fields.map(({ field, from, to }) => (
        <li key={field}>
          {word('plan-field', lastOf(field))}
          <span className="hint">: </span>
          <span translate="no">
            {item.sort !== 'added' && (
              <>
                <span className="visually-hidden">{t('plans.was')} </span>
                <del>{words.value(field, from)}</del>
              </>
            )}
            {item.sort === 'changed' && ' → '}
            {item.sort !== 'removed' && (
              <>
                <span className="visually-hidden">{t('plans.is')} </span>
                <ins>{words.value(field, to)}</ins>
              </>
            )}
          </span>
        </li>
      ))}
      {item.nodes > 0 && <li className="hint">{t('plans.with-nodes', { count: item.nodes })}</li>}
    </ul>
  )
}
