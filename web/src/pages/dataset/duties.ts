import type { Entry } from '../../api/ledger'

export interface Duty {
  duty: 'own' | 'steward' | 'contact' | 'catalogue' | 'refresh' | 'told' | 'quality' | 'basis'
  done: boolean | undefined
}

const GOOD_ENOUGH = 90

export function toldWhenLate(entry: Entry): string | undefined {
  return entry.duties.find(({ role }) => role === 'told-when-late')?.who ?? undefined
}

/** What the owner of data answers for, and whether it is done as the ledger sees it. */
export function duties(entry: Entry): Duty[] {
  const { facts, sharing } = entry
  const list: Duty[] = [
    { duty: 'own', done: entry.owner !== '' },
    { duty: 'steward', done: Boolean(entry.steward) },
    { duty: 'contact', done: Boolean(entry.contact) },
    { duty: 'catalogue', done: entry.lacks.length === 0 },
    { duty: 'refresh', done: facts.fresh ?? undefined },
    { duty: 'told', done: Boolean(toldWhenLate(entry)) },
    { duty: 'quality', done: typeof facts.score === 'number' ? facts.score >= GOOD_ENOUGH : undefined },
  ]
  // Whoever shares on condition or not at all has to say by what law.
  return sharing.class === 'unconditional' ? list : [...list, { duty: 'basis', done: Boolean(sharing.basis) }]
}
