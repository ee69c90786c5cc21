import type { PlanEdit, PlanTask } from '../../api/plans'
import { isDay } from './figure'

export interface TaskFilter {
  unit: string
  county: string
  lamp: string
}

/** The copies of counties stand under their task, until a county or a unit is asked for. */
export function taken(task: PlanTask, { unit, county, lamp }: TaskFilter): boolean {
  if (task.of && unit === '' && county === '') return false
  const isOfUnit = unit === '' || task.lead === unit || task.supports.includes(unit)
  const isOfCounty = county === '' || task.county === county || task.counties.includes(county)
  return isOfUnit && isOfCounty && (lamp === '' || task.standing?.lamp === lamp)
}

const once = (names: (string | null | undefined)[]) => [...new Set(names.filter((name): name is string => Boolean(name)))]

export const unitsOf = (tasks: PlanTask[]) => once(tasks.flatMap((task) => [task.lead, ...task.supports]))
export const countiesOf = (tasks: PlanTask[]) => once(tasks.flatMap((task) => [task.county, ...task.counties]))

/** Lamps of which a task says by what it has them; the others are as is expected. */
const TOLD = ['late', 'near', 'done-late']

/** By which of its nodes, and of how many counties, a task has its lamp: the worst of what it holds. */
export function lampBy({ standing, nodes }: PlanTask): { nodes: string[]; counties: number } {
  const lamp = standing?.lamp
  if (!standing || !lamp || !TOLD.includes(lamp)) return { nodes: [], counties: 0 }
  return { nodes: nodes.filter((node) => node.standing?.lamp === lamp).map(({ id }) => id), counties: standing.copies[lamp as keyof typeof standing.copies] }
}

/** The city's task that is to reach a target, where it stands otherwise than the target itself: by a node that was late, or a county. */
export function otherwise(tasks: PlanTask[], target: number, lamp: string | undefined): PlanTask | undefined {
  return tasks.find((task) => task.target === target && !task.of && task.standing && task.standing.lamp !== lamp)
}

/** A task while it is being written. */
export interface TaskForm {
  title: string
  lead: string
  supports: string[]
  counties: string[]
  deliverable: string
  due: string
}

export function toTaskForm(task: PlanTask | undefined, due: string): TaskForm {
  return {
    title: task?.title ?? '',
    lead: task?.lead ?? '',
    supports: task?.supports ?? [],
    counties: task?.counties ?? [],
    deliverable: task?.deliverable ?? '',
    due: task?.due ?? due,
  }
}

/** What is said of a task or a node, by the names of its fields; null is nothing. */
export type Said = Record<string, unknown>

/** Sets only what is said otherwise than before, and adds an item that is not there yet; nothing where all is as before. */
export function itemEdit(item: string | undefined, to: string, said: Said, before: Said): PlanEdit | undefined {
  const isSent = ([name, value]: [string, unknown]) => (item ? JSON.stringify(before[name]) !== JSON.stringify(value) : value !== null)
  const fields = Object.fromEntries(Object.entries(said).filter(isSent)) as Record<string, never>
  if (!item) return { op: 'add', item: to, fields }
  return Object.keys(fields).length === 0 ? undefined : { op: 'set', item, fields }
}

function saidOf(form: TaskForm): Said {
  return {
    title: form.title.trim(),
    lead: form.lead.trim() || null,
    supports: form.supports.filter((unit) => unit !== form.lead),
    counties: form.counties,
    deliverable: form.deliverable.trim() || null,
    due: form.due.trim(),
  }
}

/** The edit that makes the task what the form says, or adds it to its point. */
export const taskEdit = (task: PlanTask | undefined, point: number, form: TaskForm): PlanEdit | undefined =>
  itemEdit(task && `task/${task.id}`, `point/${point}`, saidOf(form), saidOf(toTaskForm(task, '')))

export type TaskFault = 'title' | 'due'

/** What the program would refuse. */
export function faultsOfTask(form: TaskForm): TaskFault[] {
  const faults: TaskFault[] = []
  if (form.title.trim() === '') faults.push('title')
  if (!isDay(form.due.trim())) faults.push('due')
  return faults
}
