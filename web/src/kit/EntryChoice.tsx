import { useQuery } from '@tanstack/react-query'
import Select from 'antd/es/select'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { suggest } from '../api/ledger'
import { useEntryTitle } from './entry'

interface Props {
  /** Of the field, where a label stands before it. */
  id?: string
  label: string
  value: string
  /** What the chosen one is called. */
  title?: string
  onChange: (id: string) => void
}

/** One entry of the ledger, found by the program: by characters, pinyin or initials. */
export function EntryChoice({ id, label, value, title, onChange }: Props) {
  const { t } = useTranslation()
  const named = useEntryTitle()
  const [typed, setTyped] = useState('')
  const asked = useDeferredValue(typed.trim())
  const { data, isFetching } = useQuery({ ...suggest(asked), enabled: asked !== '' })
  const hits = asked === '' ? [] : (data?.entries ?? [])
  return (
    <Select
      {...(id && { id })}
      aria-label={label}
      className="entry-choice"
      placeholder={label}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      {...(value && { value })}
      onChange={(chosen: string) => onChange(chosen)}
      notFoundContent={t(asked === '' ? 'finder.hint' : 'finder.none')}
      labelRender={({ label: shown, value: chosen }) => shown ?? title ?? chosen}
      options={hits.map((hit) => ({ value: hit.id, label: `${named(hit.title)} · ${hit.owner}` }))}
    />
  )
}
