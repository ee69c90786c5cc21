import { useQuery } from '@tanstack/react-query'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { type EntryColumn, entry } from '../api/ledger'
import { useEntryTitle } from './entry'
import type { Described } from './Field'
import type { Option } from './search'
import { useOptionFilter } from './useOptionFilter'

/** The columns of a dataset as its entry has them; nothing is asked where none is named. */
export function useColumns(dataset: string): { columns: EntryColumn[]; isAsked: boolean } {
  const { data, isLoading } = useQuery({ ...entry(dataset), enabled: dataset !== '', retry: false, staleTime: 60_000 })
  return { columns: data?.data.columns ?? NO_COLUMNS, isAsked: isLoading }
}

const NO_COLUMNS: EntryColumn[] = []

/** Columns by their titles, each with its name, to choose from. */
export function useColumnOptions(columns: EntryColumn[]): { value: string; label: string }[] {
  const named = useEntryTitle()
  return columns.map(({ name, title }) => ({ value: name, label: `${named(title)} ${name}` }))
}

/** What a column of a dataset is called, with its name. */
export function useColumnTitled(dataset: string): (name: string) => string {
  const options = useColumnOptions(useColumns(dataset).columns)
  return (name) => options.find(({ value }) => value === name)?.label ?? name
}

interface Props {
  described: Described
  dataset: string
  value: string[]
  onChange: (columns: string[]) => void
}

/** Columns of a dataset, chosen by their titles; names can be typed too, one after another. */
export function ColumnsField({ described, dataset, value, onChange }: Props) {
  const { t } = useTranslation()
  const options = useColumnOptions(useColumns(dataset).columns)
  const filterOption = useOptionFilter()
  // A column whose whole name was typed comes before those that it is a part of, and what is no column at the end.
  const rank = ({ value: name }: Option, typed: string) => (options.some((one) => one.value === name) ? Number(name !== typed) : 2)
  return (
    <Select
      {...described}
      mode="tags"
      placeholder={t(options.length > 0 ? 'form.columns' : 'form.words')}
      notFoundContent={null}
      tokenSeparators={[',', '\uff0c', '\u3001', ' ']}
      showSearch={{ filterOption, filterSort: (one: Option, other: Option, { searchValue }) => rank(one, searchValue) - rank(other, searchValue) }}
      value={value}
      onChange={(columns: string[]) => onChange(columns.map((column) => column.trim()).filter(Boolean))}
      options={options}
    />
  )
}
