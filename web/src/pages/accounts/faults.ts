import type { Problem } from '../../api/types'

export interface Fault {
  field: string
  why: string
}

/** The field that a refusal is about, and what it says of it: `` `until`: this time is past ``. */
export function faultOf(problem: Problem | undefined): Fault | undefined {
  if (!problem) return undefined
  const [, field, why] = /^`(\w+)`(?: of the (?:account|token))?: (.+)$/.exec(problem.detail) ?? []
  if (field && why) return { field, why }
  const [, named] = /^there is no (role|department|division) /.exec(problem.detail) ?? []
  if (named) return { field: named === 'role' ? 'roles' : named, why: problem.detail }
  return /^(an?|the) account name /.test(problem.detail) ? { field: 'id', why: problem.detail } : undefined
}

/** A fault of a file of accounts, with its line as a text editor counts it. */
export interface RowFault {
  line: number
  column: string | undefined
  why: string
}

export function rowFaults(problem: Problem | undefined): RowFault[] {
  return (problem?.causes ?? []).flatMap((cause) => {
    const [, line, column, why] = /^line (\d+)(?:, `([^`]*)`)?: (.+)$/s.exec(cause) ?? []
    return line && why ? [{ line: Number(line), column, why }] : []
  })
}

/** A table as UTF-8; those that a spreadsheet of a Chinese Windows has saved are read in its encoding. */
export function asText(bytes: ArrayBuffer): { text: string; isConverted: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isConverted: false }
  } catch {
    return { text: new TextDecoder('gb18030').decode(bytes), isConverted: true }
  }
}
