import { useQuery } from '@tanstack/react-query'
import AutoComplete from 'antd/es/auto-complete'
import { useDeferredValue } from 'react'
import { namesLike } from '../api/access'
import type { Described } from './Field'

interface Props {
  /** Of the field, where a label stands before it. */
  described?: Described
  label?: string
  className?: string
  /** Only accounts of this kind are offered. */
  kind?: string
  value: string
  onChange: (id: string) => void
  /** It is chosen, or written to its end. */
  onDone?: (id: string) => void
}

/** An account, found by a part of its name; whoever knows its id types that. */
export function AccountChoice({ described, label, className, kind, value, onChange, onDone }: Props) {
  const asked = useDeferredValue(value.trim())
  const { data = [] } = useQuery({ ...namesLike(asked), enabled: asked !== '', retry: false })
  const found = data.filter((one) => kind === undefined || one.kind === kind)
  return (
    <AutoComplete
      {...described}
      {...(label && { 'aria-label': label, placeholder: label })}
      {...(className && { className })}
      maxLength={63}
      defaultActiveFirstOption={false}
      value={value}
      onChange={(text: string | undefined) => onChange(text ?? '')}
      onSelect={(id) => onDone?.(id ?? '')}
      onBlur={() => onDone?.(value)}
      onInputKeyDown={(event) => {
        if (event.key === 'Enter') onDone?.(event.currentTarget instanceof HTMLInputElement ? event.currentTarget.value : value)
      }}
      options={found.map(({ id, name, department }) => ({
        value: id,
        label: (
          <span translate="no">
            {[name, department].filter(Boolean).join(' · ')} <code className="code hint">{id}</code>
          </span>
        ),
      }))}
    />
  )
}
