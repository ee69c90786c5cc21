import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Select from 'antd/es/select'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanNode, type PlanPoint, type PlanTask, planTasks, proposeTasks } from '../../api/plans'
import { type Column, DataTable } from '../../kit/DataTable'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useSession } from '../../kit/useSession'
import { type Split, splitOf } from './counties'
import { CountyShares } from './CountyShares'
import { EditShares } from './EditShares'
import type { Seen } from './EditItem'
import { EditNode } from './EditNode'
import { EditTask } from './EditTask'
import { FinishNode } from './FinishNode'
import { NodeList } from './NodeList'
import { WORK_LAMPS, WorkLamp } from './PlanLamp'
import { TaskLamp } from './TaskLamp'
import { type TaskFilter, countiesOf, taken, unitsOf } from './tasks'
import { useCanEdit } from './useCanEdit'
import { useCountyActuals } from './useCountyActuals'
import { useWords } from '../../kit/words'

interface Props {
  plan: Plan
  address: URLSearchParams
  set: (name: string, value: string) => void
}

/** 清单化分解: what is to be done for each point, by whom, with what to show, by when, and how it stands. */
export function Tasks({ plan, address, set }: Props) {
  const { t } = useTranslation()
  const query = useQuery(planTasks(plan.id))
  return (
    <Loaded query={query} doing={t('plans.tasks')}>
      {({ data, etag }) => (
        <>
          {data.tasks.length === 0 && <NoTasks plan={plan} etag={etag} />}
          <TaskTables plan={plan} tasks={data.tasks} etag={etag} address={address} set={set} />
        </>
      )}
    </Loaded>
  )
}

function NoTasks({ plan, etag }: { plan: Plan; etag: string | undefined }) {
  const { t } = useTranslation()
  const { may } = useSession()
  return (
    <div className="surface">
      <Nothing title={t('plans.no-tasks')}>{t(plan.status === 'reviewing' ? 'plans.no-tasks-help' : 'plans.no-tasks-approved')}</Nothing>
      {plan.status === 'reviewing' && may('edit-plan') && (
        <div className="more">
          <Propose plan={plan} etag={etag} />
        </div>
      )}
    </div>
  )
}

function Propose({ plan, etag }: { plan: Plan; etag: string | undefined }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const propose = useMutation({
    mutationFn: () => proposeTasks(plan.id, etag),
    onSettled: () => queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
  return (
    <>
      <Button type="primary" loading={propose.isPending} onClick={() => propose.mutate()}>
        {t('plans.propose')}
      </Button>
      {propose.isError && <ProblemPanel error={propose.error} doing={t('plans.propose')} />}
    </>
  )
}

interface TablesProps extends Props {
  tasks: PlanTask[]
  etag: string | undefined
}

function TaskTables({ plan, tasks, etag, address, set }: TablesProps) {
  const { t } = useTranslation()
  const canEdit = useCanEdit(plan)
  const [edited, setEdited] = useState<Seen<PlanTask> & { point: PlanPoint }>()
  const [editedNode, setEditedNode] = useState<Seen<PlanNode> & { task: PlanTask }>()
  const [finished, setFinished] = useState<PlanNode>()
  const filter: TaskFilter = { unit: address.get('unit') ?? '', county: address.get('county') ?? '', lamp: address.get('lamp') ?? '' }
  const left = tasks.filter((task) => taken(task, filter))
  const actuals = useCountyActuals(plan, tasks)
  const [shared, setShared] = useState<string>()
  const split = (task: PlanTask) => splitOf(task, tasks, plan.targets, actuals)
  const sharedTask = tasks.find(({ id }) => id === shared)
  // A point without tasks is offered to whoever can give it one.
  const isWhole = canEdit && Object.values(filter).every((wanted) => wanted === '')
  const points = plan.points.filter(({ number }) => isWhole || left.some((task) => task.point === number))
  return (
    <>
      {tasks.length > 0 && <TaskBar tasks={tasks} filter={filter} set={set} shown={left.length} />}
      {tasks.length > 0 && points.length === 0 && <Nothing title={t('plans.no-such-task')}>{t('plans.nothing-found-help')}</Nothing>}
      {points.map((point) => (
        <section key={point.number} className="section section-flush plan-tasks" aria-label={`${point.label} ${point.title}`}>
          <div className="section-head">
            <h2 translate="no">
              {point.label} {point.title}
            </h2>
            <div className="section-extra actions">
              {point.standing?.lamp && <WorkLamp lamp={point.standing.lamp} />}
              {canEdit && (
                <Button size="small" aria-label={t('plans.task-add-to', { point: point.title })} onClick={() => setEdited({ item: undefined, etag, point })}>
                  {t('plans.task-add')}
                </Button>
              )}
            </div>
          </div>
          <div className="section-body">
            <TaskTable
              plan={plan}
              etag={etag}
              label={`${point.label} ${point.title}`}
              tasks={left.filter((task) => task.point === point.number)}
              splitOf={split}
              share={setShared}
              finish={setFinished}
              edit={canEdit ? (task) => setEdited({ item: task, etag, point }) : undefined}
              editNode={canEdit ? (task, node) => setEditedNode({ item: node, etag, task }) : undefined}
            />
          </div>
        </section>
      ))}
      {sharedTask && <EditShares key={sharedTask.id} plan={plan} etag={etag} tasks={tasks} split={split(sharedTask)} onClose={() => setShared(undefined)} />}
      {edited && <EditTask key={edited.item?.id ?? `new-${edited.point.number}`} plan={plan} point={edited.point} opened={edited} onClose={() => setEdited(undefined)} />}
      {finished && <FinishNode key={finished.id} plan={plan} etag={etag} node={finished} onClose={() => setFinished(undefined)} />}
      {editedNode && <EditNode key={editedNode.item?.id ?? `new-${editedNode.task.id}`} plan={plan} task={editedNode.task} opened={editedNode} onClose={() => setEditedNode(undefined)} />}
    </>
  )
}

interface BarProps {
  tasks: PlanTask[]
  filter: TaskFilter
  set: Props['set']
  shown: number
}

function TaskBar({ tasks, filter, set, shown }: BarProps) {
  const { t } = useTranslation()
  const { word } = useWords()
  const filterOption = useOptionFilter()
  const choices = (names: string[], all: string) => [{ value: '', label: all }, ...names.map((name) => ({ value: name, label: name }))]
  return (
    <div className="toolbar no-print">
      <Select aria-label={t('plans.by-unit')} className="toolbar-select" showSearch={{ filterOption }} value={filter.unit} onChange={(unit: string) => set('unit', unit)} options={choices(unitsOf(tasks), t('plans.all-units'))} />
      {countiesOf(tasks).length > 0 && (
        <Select aria-label={t('plans.by-county')} className="toolbar-select" showSearch={{ filterOption }} value={filter.county} onChange={(county: string) => set('county', county)} options={choices(countiesOf(tasks), t('plans.all-counties'))} />
      )}
      {tasks.some(({ standing }) => standing) && (
        <Select
          aria-label={t('plans.by-lamp')}
          className="plan-lamp-select"
          value={filter.lamp}
          onChange={(lamp: string) => set('lamp', lamp)}
          options={[{ value: '', label: t('plans.all-lamps') }, ...WORK_LAMPS.map((lamp) => ({ value: lamp, label: word('work-lamp', lamp) }))]}
        />
      )}
      <span className="hint" role="status">
        {t('plans.tasks-shown', { count: shown })}
      </span>
    </div>
  )
}

interface TableProps {
  plan: Plan
  etag: string | undefined
  label: string
  tasks: PlanTask[]
  /** A task with the copies of its counties. */
  splitOf: (task: PlanTask) => Split
  share: (task: string) => void
  finish: (node: PlanNode) => void
  /** Absent where tasks and nodes may not be edited. */
  edit: ((task: PlanTask) => void) | undefined
  editNode: ((task: PlanTask, node: PlanNode | undefined) => void) | undefined
}

function TaskTable({ plan, etag, label, tasks, splitOf, share, finish, edit, editNode }: TableProps) {
  const { t } = useTranslation()
  const columns: Column<PlanTask>[] = [
    {
      key: 'title',
      title: t('plans.task'),
      width: '26%',
      render: (task) => (
        <div className="two-lines plan-task-title">
          <span translate="no">{task.title}</span>
          <span className="hint">
            {task.id}
            {task.county && ` · ${task.county}`}
          </span>
        </div>
      ),
    },
    { key: 'lead', title: t('plans.lead'), width: '12%', render: (task) => (task.lead ? <span className="owner-cell">{task.lead}</span> : <span className="warning-text">{t('plans.lead-open')}</span>) },
    { key: 'supports', title: t('plans.supports'), width: '14%', full: true, render: (task) => <span className="wrap">{task.supports.join(t('app.comma')) || '—'}</span> },
    { key: 'counties', title: t('plans.counties'), width: '9%', full: true, render: (task) => <span className="wrap">{task.counties.join(t('app.comma')) || '—'}</span> },
    { key: 'deliverable', title: t('plans.deliverable'), width: '12%', full: true, render: (task) => <span className="wrap">{task.deliverable ?? '—'}</span> },
    { key: 'due', title: t('plans.due-day'), width: '10%', render: (task) => <span className="num">{task.due}</span> },
    { key: 'lamp', title: t('plans.lamp'), width: '10%', render: (task) => <TaskLamp task={task} /> },
    {
      key: 'do',
      title: t('version.do'),
      width: '7%',
      render: (task) =>
        edit ? (
          <Button size="small" aria-label={t('plans.task-edit-of', { title: task.title })} onClick={() => edit(task)}>
            {t('plans.edit')}
          </Button>
        ) : (
          '—'
        ),
    },
  ]
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={tasks}
      rowKey={(task) => task.id}
      fixed
      empty={<Nothing title={t('plans.no-tasks')} />}
      expand={{
        title: t('plans.nodes'),
        can: (task) => !task.of || task.nodes.length > 0 || editNode !== undefined,
        render: (task) => (
          <>
            {(task.nodes.length > 0 || editNode) && <NodeList plan={plan} etag={etag} task={task} finish={finish} edit={editNode && ((node) => editNode(task, node))} />}
            {!task.of && <CountyShares split={splitOf(task)} edit={edit && (() => share(task.id))} />}
          </>
        ),
      }}
    />
  )
}
