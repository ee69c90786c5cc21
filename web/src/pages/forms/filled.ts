import type { EvidenceFile, SubmitReport } from '../../api/forms'
import type { Problem } from '../../api/types'
import { unitAfter } from '../../kit/figure'

/** What a person has filled so far, as the draft keeps it. */
export interface Filled {
  reporter: string
  values: Record<string, unknown>
  files: EvidenceFile[]
  /** Names what is submitted: sent again after a lost answer it is the same, after a change another. */
  submission: string
}

export const emptyReport = (reporter = ''): Filled => ({ reporter, values: {}, files: [], submission: newSubmission() })

/** A name that no other submission has. `randomUUID` is there over HTTPS only. */
export function newSubmission(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The key of a draft has few signs and is short, names of units are neither. */
export function draftKey(dataset: string, unit: string, period: string): string {
  return `form:${dataset}:${digest(unit)}:${period}`
}

/** FNV-1a of 64 bits. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}

export function reportOf({ reporter, values, files, submission }: Filled, unit: string, period: string): SubmitReport {
  return {
    unit,
    period,
    values: values as SubmitReport['values'],
    evidence: files.map((file) => file.hash),
    submission,
    ...(reporter.trim() !== '' && { reporter: reporter.trim() }),
  }
}

/** The files with one more; the same one again is there already. */
export function withFile(files: EvidenceFile[], file: EvidenceFile): EvidenceFile[] {
  return files.some(({ hash }) => hash === file.hash) ? files : [...files, file]
}

/** A value of a report as it is read. */
export function shownIn(value: unknown, unit: string, truth: (is: boolean) => string): string {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return '—'
  if (typeof value === 'boolean') return truth(value)
  const text = Array.isArray(value) ? value.join(', ') : String(value)
  return `${text}${unitAfter(unit)}`
}

/** The reasons of a refusal that speak of the report as a whole. */
export function wholeFaults(problem: Problem | undefined): string[] {
  return (problem?.rows?.[0]?.reasons ?? []).filter(({ column }) => !column).map(({ title }) => title)
}

/** The reasons of a refusal, at their fields. */
export function faultsOf(problem: Problem | undefined): Record<string, string[]> {
  const faults: Record<string, string[]> = {}
  for (const { column, title } of problem?.rows?.[0]?.reasons ?? []) {
    if (column) faults[column] = [...(faults[column] ?? []), title]
  }
  return faults
}
