import { problemOf } from '../api/errors'

/** What a question names and the program does not show whoever asks: a dataset, or a column. Of what is not there it says the same. */
export function unshown(error: unknown): { dataset?: string; column?: string } | undefined {
  const { code, detail } = problemOf(error)
  if (code !== 'query') return undefined
  const [, what, name] = /^there is no (dataset|column) `([^`]+)`/.exec(detail) ?? []
  if (!name) return undefined
  return what === 'dataset' ? { dataset: name } : { column: name.slice(name.lastIndexOf('.') + 1) }
}
