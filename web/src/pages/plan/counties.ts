import type { MetricAnswer, MetricAsk } from '../../api/metrics'
import type { CountyOfTask, PlanEdit, PlanTarget, PlanTask } from '../../api/plans'
import type { TrailAsk } from '../../api/trail'
import { askOf } from '../../kit/trail'
import { numberOf } from './figure'

/** A county's copy of a task: what it is to reach, and what it has reached. */
export interface CountyShare {
  copy: PlanTask
  county: string
  quantity: number | undefined
  actual: number | undefined
  /** The question that has `actual` for its answer. */
  ask: TrailAsk | undefined
}

/** A task of the city with the copies of its counties. */
export interface Split {
  task: PlanTask
  target: PlanTarget | undefined
  shares: CountyShare[]
  /** What the target asks of the city; absent where it is no number. */
  whole: number | undefined
  /** What the shares ask together; absent where they are not given. */
  sum: number | undefined
  /** What is reached together; absent where no county's number is known. */
  reached: number | undefined
}

/** Numbers of counties by their names, for each target. */
export type CountyActuals = Map<number, Map<string, CountyNumber>>

export interface CountyNumber {
  value: number
  ask: TrailAsk | undefined
}

const added = (numbers: (number | undefined)[]) => {
  const known = numbers.filter((number) => number !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, number) => sum + number, 0)
}

export function splitOf(task: PlanTask, tasks: PlanTask[], targets: PlanTarget[], actuals: CountyActuals): Split {
  const target = targets.find(({ number }) => number === task.target)
  const known = target && actuals.get(target.number)
  const shares = tasks
    .filter((copy) => copy.of === task.id)
    .map((copy) => {
      const county = copy.county ?? ''
      const number = known?.get(county)
      return { copy, county, quantity: copy.quantity ?? undefined, actual: number?.value, ask: number?.ask }
    })
  return {
    task,
    target,
    shares,
    whole: typeof target?.value === 'number' ? target.value : undefined,
    sum: added(shares.map(({ quantity }) => quantity)),
    reached: added(shares.map(({ actual }) => actual)),
  }
}

/** What the metric of a target is asked, so that it tells the number of each county. Only amounts are told by county. */
export function countiesAsk(target: PlanTarget): MetricAsk | undefined {
  const { binding, due, standing } = target
  if (binding.kind !== 'metric' || !binding.id) return undefined
  const by = [{ dimension: 'area', level: 'county' }]
  // Those of the period whose number the city has.
  const period = standing?.actual?.period
  if (binding.way === 'at-date') return period ? { metric: binding.id, period, points: 1, by } : undefined
  if (binding.way !== 'year-sum' || !due) return undefined
  return { metric: binding.id, grain: 'year', period: due.slice(0, 4), points: 1, by }
}

export function numbersOfCounties(answer: MetricAnswer): Map<string, CountyNumber> {
  return new Map(
    answer.groups.flatMap((group) => {
      const name = group.keys[0]?.name?.zh
      const point = group.points.at(-1)
      if (!name || typeof point?.value !== 'number') return []
      return [[name, { value: point.value, ask: askOf(answer.metric, point.period, group.keys, answer.only) }] as const]
    }),
  )
}

/** Part of what is asked that is reached, from 0 to 1: by the number, and without one by the nodes that are done. */
export function reachedOf({ copy, quantity, actual }: CountyShare): number | undefined {
  if (quantity !== undefined && actual !== undefined) return quantity === 0 ? 1 : Math.max(0, Math.min(1, actual / quantity))
  const nodes = copy.standing?.nodes
  if (!nodes || copy.nodes.length === 0) return undefined
  return (nodes.done + nodes['done-late']) / copy.nodes.length
}

/** A line of the form of shares. */
export interface ShareLine {
  /** The copy that is there already. */
  copy: string | undefined
  county: string
  quantity: string
}

export const toLines = (split: Split): ShareLine[] =>
  split.shares.map(({ copy, county, quantity }) => ({ copy: copy.id, county, quantity: quantity === undefined ? '' : String(quantity) }))

/** What somebody writes over the shares that the plan has. */
export interface Written {
  /** By the copy that is there already. */
  quantities: Record<string, string>
  added: ShareLine[]
}

/** The lines of the form: the shares of the plan, over them what was written, then the counties that are not there yet. */
export const linesOf = (split: Split, { quantities, added }: Written): ShareLine[] => [
  ...toLines(split).map((line) => ({ ...line, quantity: quantities[line.copy ?? ''] ?? line.quantity })),
  ...added,
]

/** `at` is the place of a line among those that are not there yet. */
export const withLine = (written: Written, line: ShareLine, at: number): Written =>
  line.copy
    ? { ...written, quantities: { ...written.quantities, [line.copy]: line.quantity } }
    : { ...written, added: written.added.map((one, place) => (place === at ? line : one)) }

/** What is written once new counties are there: their shares are those of copies. A county that has none yet stays to be added. */
export function settled({ quantities, added }: Written, split: Split): Written {
  const copyOf = ({ county }: ShareLine) => split.shares.find((share) => share.county === county.trim())?.copy.id
  const copies = added.flatMap((line) => {
    const copy = copyOf(line)
    return copy ? [[copy, line.quantity] as const] : []
  })
  return { quantities: { ...quantities, ...Object.fromEntries(copies) }, added: added.filter((line) => !copyOf(line)) }
}

/**
 * The shares with which new counties come, before the others are edited: the program looks after each request whether all
 * have one or none, and whether they reach the target.
 */
export function firstShares({ shares }: Split, added: CountyOfTask[]): CountyOfTask[] {
  if (shares.length === 0) return added
  const isGiven = shares.some(({ quantity }) => quantity !== undefined)
  return added.map((one) => ({ ...one, quantity: isGiven ? (one.quantity ?? 0) : null }))
}

/** The number that the shares of counties reach together; none where the target says how much it may be at most. */
export const leastOf = ({ target, whole }: Pick<Split, 'target' | 'whole'>) => (target?.comparison === '<=' || target?.comparison === '<' ? undefined : whole)

export type ShareFault = 'county' | 'twice' | 'number' | 'some-missing' | 'below'

/** What of the shares does not hold, by line, and of all together. The sum of the shares reaches the target of the city. */
export function faultsOfShares(lines: ShareLine[], whole: number | undefined): { lines: (ShareFault | undefined)[]; all: ShareFault | undefined } {
  const own = lines.map(({ county, quantity }, at): ShareFault | undefined => {
    if (county.trim() === '') return 'county'
    if (lines.findIndex((line) => line.county.trim() === county.trim()) !== at) return 'twice'
    const number = numberOf(quantity)
    return quantity.trim() !== '' && (number === undefined || number < 0) ? 'number' : undefined
  })
  const given = lines.filter(({ quantity }) => quantity.trim() !== '')
  const isBelow = given.length > 0 && whole !== undefined && sumOf(lines) < whole
  return { lines: own, all: given.length > 0 && given.length < lines.length ? 'some-missing' : isBelow ? 'below' : undefined }
}

export const sumOf = (lines: ShareLine[]) => lines.reduce((sum, { quantity }) => sum + (numberOf(quantity) ?? 0), 0)

/** Shares of copies that are otherwise than before. */
export function shareEdits(split: Split, lines: ShareLine[]): PlanEdit[] {
  return lines.flatMap(({ copy, quantity }): PlanEdit[] => {
    const before = split.shares.find((share) => share.copy.id === copy)
    const number = numberOf(quantity)
    if (!before || before.quantity === number) return []
    return [{ op: 'set', item: `task/${before.copy.id}`, fields: { quantity: number ?? null } as unknown as Record<string, never> }]
  })
}

/** Counties that have no copy yet. */
export const newShares = (lines: ShareLine[]) =>
  lines.filter(({ copy }) => copy === undefined).map(({ county, quantity }) => ({ county: county.trim(), quantity: numberOf(quantity) ?? null }))
