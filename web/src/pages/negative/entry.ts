import type { NewEntry } from '../../api/access'

/** What an entry of the negative list is about. */
export const SCOPES = ['dataset', 'pack', 'all'] as const
export type Scope = (typeof SCOPES)[number]

export interface EntryForm {
  scope: Scope
  dataset: string
  pack: string
  columns: string[]
  fromGrade: string
  except: string[]
  basis: string
  about: string
}

export const NO_ENTRY: EntryForm = { scope: 'dataset', dataset: '', pack: '', columns: [], fromGrade: '', except: [], basis: '', about: '' }

export function scopeOf(entry: NewEntry): Scope {
  if (entry.dataset) return 'dataset'
  return entry.pack ? 'pack' : 'all'
}

/** Why it cannot be sent yet. */
export function missingOf(form: EntryForm) {
  if (form.scope === 'dataset' && form.dataset === '') return 'negative.dataset-missing'
  if (form.scope === 'pack' && form.pack.trim() === '') return 'negative.pack-missing'
  if (form.about.trim() === '') return 'negative.about-missing'
  return form.basis.trim() === '' ? 'negative.basis-missing' : undefined
}

export function newEntry(form: EntryForm): NewEntry {
  return {
    ...(form.scope === 'dataset' && { dataset: form.dataset }),
    ...(form.scope === 'pack' && { pack: form.pack.trim() }),
    ...(form.columns.length > 0 && { columns: form.columns }),
    ...(form.fromGrade && { from_grade: form.fromGrade }),
    except: form.except,
    basis: form.basis.trim(),
    about: form.about.trim(),
  }
}
