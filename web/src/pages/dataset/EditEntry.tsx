import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import Drawer from 'antd/es/drawer'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isConflict } from '../../api/errors'
import { type Entry, entry as entryQuery, patchEntry } from '../../api/ledger'
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

/** Only what was changed, so that a draft takes back nothing that others change meanwhile; a field that was emptied is null. */
type Changed = { [Name in keyof Editable]?: NonNullable<Editable[Name]> | null }

const look: UiSchema<Editable> = { tags: { 'ui:widget': 'words' }, related: { 'ui:widget': 'words' } }

export default function EditEntry({ entry, etag, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  const draft = useDraft<Changed>(`entry.${entry.id}`)
  const [changed, setChanged] = useState<Changed>()
  useReturnFocus()
  const schema = useSchema(entry)
  const save = useMutation({
    mutationFn: async (wanted: Changed) => {
      if (Object.keys(wanted).length > 0) await patchEntry(entry.id, part(wanted), etag)
    },
    onSuccess: async () => {
      await draft.drop()
      await queries.invalidateQueries({ queryKey: ['ledger'] })
      onClose()
    },
    // What was changed here lies over the entry as it is read again, and the next attempt is based on that.
    onError: (error) => isConflict(error) && queries.invalidateQueries({ queryKey: entryQuery(entry.id).queryKey }),
  })
  const isOutdated = save.isError && isConflict(save.error)
  const kept = draft.found
  const before = editable(entry)
  const shown = over(before, changed ?? kept ?? {})
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
          <Restored draft={draft} reset={() => setChanged({})} />
          {isOutdated && (
            <p className="note" role="alert">
              {t('edit.outdated')}
            </p>
          )}
          {save.isError && !isOutdated && <ProblemPanel error={save.error} doing={t('edit.save')} />}
          <SchemaForm<Editable>
            schema={schema}
            look={look}
            value={shown}
            submit={t('edit.save')}
            busy={save.isPending}
            beside={<Saved draft={draft} />}
            onChange={(next) => {
              const wanted = changedIn(before, next)
              setChanged(wanted)
              // The form also tells what it only put in order; that is nothing to restore.
              if (Object.keys(wanted).length > 0) draft.keep(wanted)
              else void draft.drop()
            }}
            onSubmit={(next) => save.mutate(changedIn(before, next))}
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

function changedIn(before: Editable, wanted: Editable): Changed {
  const names = Object.keys(before) as (keyof Editable)[]
  const changed = names.filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(wanted[name] ?? null))
  return Object.fromEntries(changed.map((name) => [name, wanted[name] ?? null]))
}

function over(before: Editable, changed: Changed): Editable {
  const set = Object.entries(changed).map(([name, value]) => [name, value ?? undefined])
  return { ...before, ...Object.fromEntries(set) } as Editable
}

/** The change as the program takes it: no words are an empty list. */
function part(changed: Changed): Record<string, unknown> {
  const { method, ...others } = changed
  const set = Object.entries(others).map(([name, value]) => [name, name === 'tags' || name === 'related' ? (value ?? []) : value])
  return { ...Object.fromEntries(set), ...(method !== undefined && { sharing: { method } }) }
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
