import type { Entry } from '../../api/ledger'

export interface Duty {
  duty: 'own' | 'steward' | 'contact' | 'catalogue' | 'refresh' | 'quality' | 'basis'
  done: boolean | undefined
}

const GOOD_ENOUGH = 90

/** What the owner of data answers for, and whether it is done as the ledger sees it. */
export function duties(entry: Entry): Duty[] {
  const { facts, sharing } = entry
  const list: Duty[] = [
    { duty: 'own', done: entry.owner !== '' },
    { duty: 'steward', done: Boolean(entry.steward) },
    { duty: 'contact', done: Boolean(entry.contact) },
    { duty: 'catalogue', done: entry.lacks.length === 0 },
    { duty: 'refresh', done: facts.fresh ?? undefined },
    { duty: 'quality', done: typeof facts.score === 'number' ? facts.score >= GOOD_ENOUGH : undefined },
  ]
  // Whoever shares on condition or not at all has to say by what law.
  return sharing.class === 'unconditional' ? list : [...list, { duty: 'basis', done: Boolean(sharing.basis) }]
}
