import type { Policy } from '../../api/access'

/** Where policies come from, in the order of the page. */
export type SourceKind = 'program' | 'negative-list' | 'grants' | 'pack'

export interface Group {
  /** The part of their ids before the first slash. */
  source: string
  kind: SourceKind
  policies: Policy[]
}

const KINDS: Record<string, SourceKind> = { yandu: 'program', grants: 'grants', 'negative-list': 'negative-list' }
const ORDER: SourceKind[] = ['program', 'negative-list', 'pack', 'grants']

export function sourceOf(id: string): string {
  return id.split('/')[0] ?? id
}

export function grouped(policies: Policy[]): Group[] {
  const groups = new Map<string, Group>()
  for (const policy of policies) {
    const source = sourceOf(policy.id)
    const group = groups.get(source) ?? { source, kind: KINDS[source] ?? 'pack', policies: [] }
    group.policies.push(policy)
    groups.set(source, group)
  }
  return [...groups.values()].sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || one.source.localeCompare(other.source))
}

/** Whether a policy lets or keeps from: by its own words, comments and annotations apart. */
export function isForbidding(text: string): boolean {
  return /^\s*forbid\b/m.test(text)
}
