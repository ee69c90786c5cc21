import type { Sight } from '../api/access'

/** Under what somebody sees a dataset. */
export interface SightGroup {
  dataset: string
  sights: Sight[]
}

/** Each dataset once, in the order in which it first stands. */
export function byDataset(sights: readonly Sight[]): SightGroup[] {
  const groups = new Map<string, SightGroup>()
  for (const sight of sights) {
    const group = groups.get(sight.dataset) ?? { dataset: sight.dataset, sights: [] }
    group.sights.push(sight)
    groups.set(sight.dataset, group)
  }
  return [...groups.values()]
}

/** How many fields are shown as they are under one of these, and how many under none. */
export function countOf(sights: readonly Sight[]): { plain: number; others: number } {
  const columns = sights.flatMap((sight) => sight.columns)
  const all = new Set(columns.map(({ name }) => name))
  const plain = new Set(columns.filter(({ because }) => because === 'permitted').map(({ name }) => name))
  return { plain: plain.size, others: all.size - plain.size }
}
