import type { AskedChange, Plan, PlanEdit, PlanItemChange, PlanTask } from '../../api/plans'

/** What differs of one item: it came, it went, or some of its fields are otherwise. */
export interface ItemDifference {
  item: string
  kind: string
  /** By what people know it. */
  name: string
  sort: 'added' | 'removed' | 'changed'
  fields: { field: string; from: unknown; to: unknown }[]
  /** Of a task that came or went: how many nodes came or went with it. */
  nodes: number
}

/** Of an item that came or went these fields tell most. */
const TELLING = ['value', 'unit', 'lead', 'county', 'quantity', 'due', 'deliverable']

/** Kinds in the order in which a plan is read. */
const KINDS = ['point', 'target', 'task', 'node']

/** The changes by item, each with its name, in the order of the plan. */
export function byItem(changes: PlanItemChange[], names: Map<string, string>): ItemDifference[] {
  const items = new Map<string, ItemDifference>()
  for (const { item, field, from, to } of changes) {
    const kind = item.split('/')[0] ?? ''
    const found = items.get(item) ?? { item, kind, name: names.get(item) ?? nameIn(from ?? to) ?? item.split('/')[1] ?? item, sort: 'changed', fields: [], nodes: 0 }
    if (field) found.fields.push({ field, from, to })
    else {
      found.sort = from === null || from === undefined ? 'added' : 'removed'
      found.fields = telling(from, to)
    }
    items.set(item, found)
  }
  withTheirTasks(items)
  const placeOf = ({ kind }: ItemDifference) => KINDS.indexOf(kind)
  return [...items.values()].sort((one, other) => placeOf(one) - placeOf(other) || one.item.localeCompare(other.item, undefined, { numeric: true }))
}

/** Nodes that came or went with their task are told with it. */
function withTheirTasks(items: Map<string, ItemDifference>) {
  for (const [item, { sort }] of items) {
    const [, task] = /^node\/(.+)\.\d+$/.exec(item) ?? []
    const whole = items.get(`task/${task}`)
    if (!whole || sort === 'changed' || whole.sort !== sort) continue
    whole.nodes += 1
    items.delete(item)
  }
}

function telling(from: unknown, to: unknown): ItemDifference['fields'] {
  const [was, is] = [flat(from), flat(to)]
  return TELLING.filter((field) => !isNothing(was[field]) || !isNothing(is[field])).map((field) => ({ field, from: was[field], to: is[field] }))
}

/** What is said of a target stands one step deeper than that of other items. */
function flat(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {}
  const { said, ...own } = value as Record<string, unknown>
  return { ...own, ...(typeof said === 'object' && said) }
}

/** Whether a field says nothing. */
export const isNothing = (value: unknown) => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** The name that an item which is gone had. */
export function nameIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { title, literal } = value as { title?: unknown; literal?: unknown }
  return [title, literal].find((name): name is string => typeof name === 'string')
}

/** Points, targets, tasks and nodes as people know them. */
export function namesOf(plan: Plan, tasks: PlanTask[]): Map<string, string> {
  return new Map([
    ...plan.points.map(({ number, label, title }) => [`point/${number}`, `${label} ${title}`] as const),
    ...plan.targets.map(({ number, literal }) => [`target/${number}`, literal] as const),
    ...tasks.map(({ id, title, county }) => [`task/${id}`, county ? `${title} · ${county}` : title] as const),
    ...tasks.flatMap(({ nodes, title }) => nodes.map((node) => [`node/${node.id}`, `${title} · ${node.title}`] as const)),
  ])
}

/** What an edit is about: of one that adds, the kind of what is added and that to which it is. */
export function aboutOf({ op, item }: PlanEdit): { kind: string; to: string | undefined } {
  const kind = item.split('/')[0] ?? ''
  return op === 'add' ? { kind: kind === 'point' ? 'task' : 'node', to: item } : { kind, to: undefined }
}

/** `said.due` is called as `due` is. */
export const lastOf = (field: string) => field.split('.').at(-1) ?? field

/** Of a target whose closing was looked at: the day from which it is closed, or that it is open again. */
export function closingOf({ item, to }: Pick<PlanItemChange, 'item' | 'to'>): { on: string | undefined } | undefined {
  if (!item.startsWith('closing/') || !Array.isArray(to)) return undefined
  const newest: unknown = to.at(-1)
  if (typeof newest !== 'object' || newest === null) return undefined
  const { closed_on: on } = newest as { closed_on?: unknown }
  return { on: typeof on === 'string' ? on : undefined }
}

/** What a change would make otherwise besides the items that it names: a change of a task moves its nodes. */
export function comesAlong({ edits, effects = [] }: Pick<AskedChange, 'edits' | 'effects'>): PlanItemChange[] {
  const named = new Set(edits.filter(({ op }) => op !== 'add').map(({ item }) => item))
  const isAdding = edits.some(({ op }) => op === 'add')
  return effects.filter(({ item, field }) => !named.has(item) && (Boolean(field) || !isAdding))
}
