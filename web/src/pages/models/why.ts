import type { Key } from '../../i18n'

/** The reasons of the program, which it gives in English, and the words for them here. What is in `…` is taken over. */
const KNOWN: [RegExp, Key][] = [
  [/^it has never been refreshed$/, 'why.never'],
  [/^its query, its columns or a setting changed$/, 'why.query'],
  [/^no row that it reads changed$/, 'why.unchanged'],
  [/^its last refresh failed, and nothing has changed since$/, 'why.failed'],
  [/^asked for in full$/, 'why.asked'],
  [/^its rows were changed by something else than a refresh$/, 'why.touched'],
  [/^the model has no key by which single rows could be exchanged$/, 'why.no-key'],
  [/^rows follow from single rows of the inputs/, 'why.rows'],
  [/^rows follow from groups/, 'why.groups'],
  [/^what was kept of the groups is not there/, 'why.lost'],
  [/^`(?<input>[^`]+)` was not read before$/, 'why.new-input'],
  [/^`(?<input>[^`]+)`: (?<added>\d+) rows came, (?<removed>\d+) went/, 'why.changed-rows'],
  [/^`(?<input>[^`]+)` has (?<rows>\d+) rows, and (?<changed>\d+) of them came or went$/, 'why.many'],
  [/^it reads `(?<input>[^`]+)`, whose last refresh failed$/, 'why.input-failed'],
  [/^`(?<input>[^`]+)` changed$/, 'why.input-changed'],
  [/^rows were written to `(?<input>[^`]+)`$/, 'why.input-changed'],
  [/^check `(?<check>[^`]+)` looks at all rows together$/, 'why.check'],
]

export interface Known {
  key: Key
  parts: Record<string, string>
}

/** One reason; `undefined` for one that is not known here, which is shown as it came. */
export function reasonOf(why: string): Known | undefined {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(why)
    if (found) return { key, parts: { ...found.groups } }
  }
  return undefined
}
