import type { PlanEdit, PlanTask } from '../../api/plans'

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

/** The edit that makes the task what the form says: only what is otherwise, and null for what was emptied. */
export function taskEdit(task: PlanTask | undefined, point: number, form: TaskForm): PlanEdit | undefined {
  const said: Record<string, unknown> = {
    title: form.title.trim(),
    lead: form.lead.trim() || null,
    supports: form.supports.filter((unit) => unit !== form.lead),
    counties: form.counties,
    deliverable: form.deliverable.trim() || null,
    due: form.due.trim(),
  }
  if (!task) {
    const fields = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null))
    return { op: 'add', item: `point/${point}`, fields: fields as Record<string, never> }
  }
  const before: Record<string, unknown> = { ...toTaskForm(task, ''), lead: task.lead ?? null, deliverable: task.deliverable ?? null }
  const changed = Object.entries(said).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value))
  if (changed.length === 0) return undefined
  return { op: 'set', item: `task/${task.id}`, fields: Object.fromEntries(changed) as Record<string, never> }
}
