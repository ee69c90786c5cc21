import type { DatasetChange, PackStep } from '../../api/changes'

type Change = DatasetChange['changes'][number]

/** A part of a declaration that changes; `list` has the words for its values. */
export interface Said {
  /** Where a declaration has several parts: the one that changes. */
  name?: string
  list?: string
  from: string | null
  to: string | null
}

const LISTS: Record<string, string> = {
  grade: 'grade',
  'column-grade': 'grade',
  origin: 'origin',
  opening: 'opening',
  public: 'opening',
  sharing: 'sharing',
  class: 'sharing',
  refresh: 'refresh',
  'check-level': 'level',
  level: 'level',
  'column-type': 'meaning',
  'column-standard': 'meaning',
  'column-codes': 'meaning',
  'column-added': 'meaning',
}

/** What a change says, part by part: a declaration of several parts comes as JSON, and only parts that differ are told. */
export function saidOf({ what, from, to }: Pick<Change, 'what' | 'from' | 'to'>): Said[] {
  const [before, after] = [partsOf(from), partsOf(to)]
  if (!before && !after) return from || to ? [line(undefined, what, from ?? null, to ?? null)] : []
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  return [...names]
    .map((name) => line(name, name, text(before?.[name]), text(after?.[name])))
    .filter((one) => one.from !== one.to)
}

function line(name: string | undefined, of: string, from: string | null, to: string | null): Said {
  const list = LISTS[of]
  return { from, to, ...(name && { name }), ...(list && { list }) }
}

function partsOf(value: string | null | undefined): Record<string, unknown> | undefined {
  if (!value?.startsWith('{')) return undefined
  try {
    return JSON.parse(value) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function text(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null
  if (Array.isArray(value)) return value.map((one) => text(one) ?? '—').join(', ')
  if (typeof value !== 'object') return String(value)
  if ('zh' in value) return String(value.zh)
  return Object.entries(value)
    .filter(([, part]) => text(part) !== null)
    .map(([name, part]) => `${name} ${text(part)}`)
    .join(', ')
}

/** By which rollback each change was taken back. A rollback that was taken back itself took nothing back. Newest first. */
export function takenBack(changes: PackStep[]): Map<number, number> {
  const taken = new Map<number, number>()
  let back: { first: number; by: number } | undefined
  for (const one of changes.filter(({ status }) => status === 'applied')) {
    if (back && one.number >= back.first) taken.set(one.number, back.by)
    else if (one.takes_back) back = { first: one.takes_back, by: one.number }
  }
  return taken
}
