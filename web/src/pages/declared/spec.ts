import type { Answer, Cell } from '../../api/types'
import type { ChartDeclared } from '../../api/pages'
import type { ChartSpec } from '../../kit/chart'

const KINDS = ['bar', 'line', 'pie'] as const

/** Words of the codes in columns of an answer, by the column and the code. */
export type Words = Map<string, Map<string, string>>

/** The answer to the question of a declared chart, as the picture wants it: one line for each series or column. */
export function charted(declared: ChartDeclared, answer: Answer, title: string, titles = new Map<string, string>(), words: Words = new Map()): ChartSpec {
  const at = (name: string | null | undefined) => answer.columns.findIndex((column) => column.name === name)
  const [x, series] = [at(declared.x), at(declared.series)]
  const worded = (name: string | null | undefined, code: string) => words.get(name ?? '')?.get(code) ?? code
  // Two codes stay two, also where they are called the same.
  const codes = [...new Set(answer.rows.map((row) => text(row[x])))]
  const lines = new Map<string, { name: string; values: (number | null)[] }>()
  for (const row of answer.rows) {
    for (const y of declared.y) {
      const code = series < 0 ? y : text(row[series])
      const own = declared.y.length > 1 ? (titles.get(y) ?? y) : title
      const line = lines.get(code) ?? { name: series < 0 ? own : worded(declared.series, code), values: codes.map(() => null) }
      line.values[codes.indexOf(text(row[x]))] = number(row[at(y)])
      lines.set(code, line)
    }
  }
  return {
    kind: KINDS.find((kind) => kind === declared.type) ?? 'bar',
    x: codes.map((code) => worded(declared.x, code)),
    series: [...lines.values()],
    unit: declared.unit || undefined,
  }
}

/** A decimal comes as text, so that no digit is lost on the way. */
export function number(value: Cell | undefined): number | null {
  if (typeof value === 'number') return value
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  return Number.isFinite(read) ? read : null
}

function text(value: Cell | undefined): string {
  return value === null || value === undefined ? '—' : String(value)
}

/** The question of a list page. Names come from the declaration, which the program has checked; values are quoted. */
export function listSql(dataset: string, columns: string[], filters: Record<string, string>, sort: { column: string; descending: boolean }[]): string {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
  const wanted = Object.entries(filters).filter(([, value]) => value.trim() !== '')
  const where = wanted.map(([name, value]) => `CAST(${quoted(name)} AS VARCHAR) LIKE '%${value.trim().replace(/[\\%_]/g, '\\$&').replaceAll("'", "''")}%'`)
  const order = sort.map(({ column, descending }) => `${quoted(column)}${descending ? ' DESC' : ''}`)
  return [
    `SELECT ${columns.map(quoted).join(', ')}`,
    `FROM ${dataset}`,
    ...(where.length > 0 ? [`WHERE ${where.join('\n  AND ')}`] : []),
    ...(order.length > 0 ? [`ORDER BY ${order.join(', ')}`] : []),
  ].join('\n')
}
