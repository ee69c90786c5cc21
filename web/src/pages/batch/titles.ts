import type { DatasetDetail } from '../../api/types'

/** Titles of the columns of a dataset by name, in the order of its declaration. */
export type Titles = Map<string, string>

export function titlesOf(dataset: DatasetDetail | undefined): Titles {
  return new Map(dataset?.columns.map((column) => [column.name, column.title]))
}
