import type { MetricAsk, MetricDefinition } from '../../api/metrics'
import { type Grain, GRAINS, IN_A_YEAR, grainsFrom, lastOf, yearOf } from '../../kit/span'

/** How many periods are drawn when nobody says otherwise, and the choices. */
export const POINTS: Record<Grain, number[]> = { day: [30, 90, 365], month: [12, 24, 36], quarter: [8, 12, 20], year: [3, 5, 10] }

const FILTER = 'f.'

/** What the page shows, as its address holds it. */
export interface View {
  grain: Grain
  points: number
  /** `county`, or `managing` for the units that answer for parts of the city. */
  level: string
  only: Record<string, string[]>
  withForecast: boolean
  withYearBefore: boolean
  target: number | undefined
}

export function viewOf(definition: MetricDefinition, address: URLSearchParams): View {
  const grains = grainsFrom(definition.grain)
  const own = definition.grain as Grain
  const grain = grains.find((one) => one === address.get('grain')) ?? own
  const points = POINTS[grain].find((count) => String(count) === address.get('points')) ?? POINTS[grain][0] ?? 12
  const only = definition.dimensions.flatMap(({ name }) => {
    const value = address.get(FILTER + name)
    return value ? [[name, [value]] as [string, string[]]] : []
  })
  const typed = address.get('target')
  const target = typed === null || typed === '' ? NaN : Number(typed)
  return {
    grain,
    points,
    level: address.get('level') === 'managing' ? 'managing' : 'county',
    only: Object.fromEntries(only),
    withForecast: address.get('forecast') === 'yes',
    withYearBefore: address.get('last-year') === 'yes' && (grain === 'month' || grain === 'quarter'),
    target: Number.isFinite(target) ? target : undefined,
  }
}

export function filterKey(dimension: string): string {
  return FILTER + dimension
}

export function areaOf(definition: MetricDefinition): string | undefined {
  return definition.dimensions.find(({ kind }) => kind === 'area')?.name
}

/** The dimensions that are no area, in the order of the declaration. */
export function classesOf(definition: MetricDefinition): string[] {
  return definition.dimensions.filter(({ kind }) => kind !== 'area').map(({ name }) => name)
}

/** One request for the whole page: the series, the areas, then one question for each other dimension. */
export function asksOf(definition: MetricDefinition, view: View, newest: string | null | undefined): MetricAsk[] {
  const { id } = definition
  const until = horizon(definition, view, newest)
  const area = areaOf(definition)
  const without = (name: string) => Object.fromEntries(Object.entries(view.only).filter(([other]) => other !== name))
  return [
    {
      metric: id,
      grain: view.grain,
      points: view.points + (view.withYearBefore ? IN_A_YEAR[view.grain] : 0),
      only: view.only,
      ...(view.withForecast && until && { forecast: until }),
      ...(view.target !== undefined && { target: { value: view.target, ...(newest && { due: lastOf(yearOf(newest), 'year') }) } }),
    },
    ...(area ? [{ metric: id, grain: view.grain, by: [{ dimension: area, level: view.level }], only: without(area), order: 'greatest' }] : []),
    ...classesOf(definition).map((name) => ({
      metric: id, grain: view.grain, by: [{ dimension: name }], only: without(name), order: 'greatest', limit: 200,
    })),
  ]
}

/**
 * Until when a number is foreseen: the end of the year that the newest period lies in, or of the next one when that is over.
 * Single periods are foreseen in the length of the metric itself; of longer ones the running total.
 */
export function horizon(definition: MetricDefinition, view: View, newest: string | null | undefined): string | undefined {
  if (!newest) return undefined
  const own = definition.grain as Grain
  const year = yearOf(newest)
  const isOver = newest === lastOf(year, own)
  const end = isOver ? year + 1 : year
  return GRAINS.indexOf(view.grain) > GRAINS.indexOf(own) ? lastOf(end, 'year') : lastOf(end, own)
}
