import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import Drawer from 'antd/es/drawer'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Entry, patchEntry } from '../../api/ledger'
import { SchemaForm } from '../../kit/form/SchemaForm'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { useDraft } from '../../kit/useDraft'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useWords } from '../../kit/words'

interface Props {
  entry: Entry
  etag: string | undefined
  onClose: () => void
}

/** What of an entry may be set here; the rest of a dataset is declared by its pack. */
interface Editable {
  code?: string | undefined
  owner_code?: string | undefined
  late_contact?: string | undefined
  method?: string | undefined
  opening_condition?: string | undefined
  steward?: string | undefined
  contact?: string | undefined
  theme?: string | undefined
  division?: string | undefined
  tags?: string[] | undefined
  related?: string[] | undefined
}

const look: UiSchema<Editable> = { tags: { 'ui:widget': 'words' }, related: { 'ui:widget': 'words' } }

export default function EditEntry({ entry, etag, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  const draft = useDraft<Editable>(`entry.${entry.id}`)
  const [value, setValue] = useState<Editable>()
  useReturnFocus()
  const schema = useSchema(entry)
  const save = useMutation({
    mutationFn: async (wanted: Editable) => {
      const changed = part(entry, wanted)
      if (Object.keys(changed).length > 0) await patchEntry(entry.id, changed, etag)
    },
    onSuccess: async () => {
      await draft.drop()
      await queries.invalidateQueries({ queryKey: ['ledger'] })
      onClose()
    },
  })
  const kept = draft.found
  const shown = value ?? kept ?? editable(entry)
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? '100%' : 560}
      title={t('edit.title', { title: entry.title.zh })}
      closable={{ 'aria-label': t('action.close') }}
    >
      {kept === undefined ? (
        <Waiting />
      ) : (
        <>
          <p className="hint">{t(entry.is_pack ? 'edit.about-pack' : 'edit.about')}</p>
          <Restored draft={draft} reset={() => setValue(editable(entry))} />
          {save.isError && <ProblemPanel error={save.error} doing={t('edit.save')} />}
          <SchemaForm<Editable>
            schema={schema}
            look={look}
            value={shown}
            submit={t('edit.save')}
            busy={save.isPending}
            beside={<Saved draft={draft} />}
            onChange={(next) => {
              setValue(next)
              draft.keep(next)
            }}
            onSubmit={(next) => save.mutate(next)}
          />
        </>
      )}
    </Drawer>
  )
}

function editable(entry: Entry): Editable {
  return {
    code: entry.code ?? undefined,
    owner_code: entry.owner_code ?? undefined,
    ...(entry.is_pack ? {} : { steward: entry.steward ?? undefined }),
    contact: entry.contact ?? undefined,
    late_contact: entry.late_contact ?? undefined,
    method: entry.sharing.method ?? undefined,
    opening_condition: entry.opening_condition ?? undefined,
    theme: entry.theme ?? undefined,
    division: entry.division ?? undefined,
    tags: entry.tags,
    related: entry.related,
  }
}

/** Only what was changed; a field that was emptied is null. */
function part(entry: Entry, wanted: Editable): Record<string, unknown> {
  const before = editable(entry)
  const names = Object.keys(before) as (keyof Editable)[]
  const changed = names.filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(wanted[name] ?? null))
  const set = (name: keyof Editable) => (name === 'tags' || name === 'related' ? (wanted[name] ?? []) : (wanted[name] ?? null))
  return Object.fromEntries(
    changed.map((name) => (name === 'method' ? ['sharing', { method: set(name) }] : [name, set(name)])),
  )
}

const METHODS = ['system-link', 'online-query', 'online-view', 'service', 'download', 'copy', 'other']

function useSchema(entry: Entry): RJSFSchema {
  const { t } = useTranslation()
  const { word } = useWords()
  const text = (name: string, maxLength: number, more: object = {}) => ({ type: 'string' as const, title: word('element', name), maxLength, ...more })
  return {
    type: 'object',
    properties: {
      code: text('code', 40, { description: t('edit.code') }),
      ...(entry.is_pack ? {} : { steward: text('steward', 50) }),
      owner_code: text('owner-code', 18, { description: t('edit.owner-code') }),
      contact: text('contact', 40, { description: t('edit.contact'), pattern: '^[0-9+() -]{5,40}$' }),
      late_contact: text('late-contact', 40, { description: t('edit.late-contact') }),
      method: { type: 'string', title: word('element', 'sharing-method'), oneOf: METHODS.map((one) => ({ const: one, title: word('sharing-method', one) })) },
      opening_condition: text('opening-condition', 200),
      theme: text('theme', 40, { description: t('edit.theme') }),
      division: text('division', 12, { description: t('edit.division'), pattern: '^[0-9]{6,12}$' }),
      tags: { type: 'array', title: word('element', 'tags'), maxItems: 20, uniqueItems: true, items: { type: 'string', maxLength: 20 } },
      related: { type: 'array', title: word('element', 'related'), maxItems: 50, uniqueItems: true, items: { type: 'string', maxLength: 100 } },
    },
  }
}
