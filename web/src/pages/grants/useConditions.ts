import type { EntryColumn } from '../../api/ledger'
import { useColumns } from '../../kit/ColumnsField'
import { type Condition, type TypeOf, conditionsOf } from './condition'

interface Known {
  /** The columns that conditions can be about. */
  usable: EntryColumn[]
  typeOf: TypeOf
  /** Nothing where only SQL can say it. */
  conditions: Condition[] | undefined
  isAsked: boolean
}

/** What SQL says of the rows of a dataset, part by part. */
export function useConditions(dataset: string, sql: string): Known {
  const { columns, isAsked } = useColumns(dataset)
  // How a broken number is read is not for sure, so that no row is shown by one.
  const usable = columns.filter(({ type }) => type !== 'float')
  const types = new Map(usable.map(({ name, type }) => [name, type ?? 'text']))
  const typeOf = (name: string) => types.get(name)
  // Of a dataset whose columns nobody knows only SQL can speak.
  const conditions = dataset !== '' && usable.length === 0 ? undefined : conditionsOf(sql, typeOf)
  return { usable, typeOf, conditions, isAsked }
}
