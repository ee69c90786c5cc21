import type { BoardTile, Lamp } from '../api/boards'

/** Divisions have codes of digits, and managing units names. */
const IS_CODE = /^\d+$/

/** What a block leads to: another board where its pack says so, and else its metric, or the plan of its lamps. */
export function tileAddress({ drill, answer, lamps }: BoardTile, area: string | undefined): string | undefined {
  if (drill) return `/boards/${encodeURIComponent(drill)}${asked({ area })}`
  if (answer) return `/figures/${encodeURIComponent(answer.metric)}${asked({ level: area && !IS_CODE.test(area) ? 'managing' : undefined, 'f.area': area })}`
  return lamps ? `/plans/${encodeURIComponent(lamps.plan)}?tab=tasks` : undefined
}

/** The place of a plan that a lamp is about. In a county, who leads there is the county. */
export function lampAddress(plan: string, { item, lead }: Pick<Lamp, 'item' | 'lead'>, area: string | undefined): string {
  const page = `/plans/${encodeURIComponent(plan)}`
  const [kind = '', key = ''] = item.split(/\/(.*)/s)
  switch (kind) {
    case 'point':
    case 'target':
      return `${page}#${kind}-${key}`
    case 'unit':
    case 'county':
      return `${page}${asked({ tab: 'tasks', [kind]: key })}`
    default:
      return `${page}${asked({ tab: 'tasks', unit: area ? undefined : (lead ?? undefined) })}`
  }
}

function asked(values: Record<string, string | undefined>): string {
  const known = Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return known.length > 0 ? `?${new URLSearchParams(known).toString()}` : ''
}
