import type { EvidenceFile, SubmitReport } from '../../api/forms'
import type { Problem } from '../../api/types'

/** What a person has filled so far, as the draft keeps it. */
export interface Filled {
  unit: string
  period: string
  reporter: string
  values: Record<string, unknown>
  files: EvidenceFile[]
  /** Names the submission: a second one after a lost answer is the same. */
  submission: string
}

export function reportOf(filled: Filled): SubmitReport {
  const { unit, period, reporter, values, files, submission } = filled
  return {
    unit,
    period,
    values: values as SubmitReport['values'],
    evidence: files.map((file) => file.hash),
    submission,
    ...(reporter.trim() !== '' && { reporter: reporter.trim() }),
  }
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
