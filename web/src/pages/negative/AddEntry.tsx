import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { type Conflict, type Entry, addNegativeEntry, negativeList, roles as rolesQuery } from '../../api/access'
import { problemOf } from '../../api/errors'
import type { Problem } from '../../api/types'
import { ColumnsField } from '../../kit/ColumnsField'
import { EntryChoice } from '../../kit/EntryChoice'
import { Field } from '../../kit/Field'
import { GRADES } from '../../kit/grades'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { Sentence } from '../../kit/Sentence'
import { useDatasetTitles } from '../../kit/useDatasetTitles'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { faultOf } from '../accounts/faults'
import { type EntryForm, NO_ENTRY, SCOPES, type Scope, missingOf, newEntry } from './entry'

interface Props {
  onAdded: (added: { entry: Entry; conflicts: Conflict[] }) => void
  onClose: () => void
}

/** Adds an entry, which holds at once; what it takes back of grants is told on the page. */
export function AddEntry({ onAdded, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  useReturnFocus()
  const { draft, isKnown, now: form, write, reset, finish } = useDrafted('access.negative.new', NO_ENTRY)
  const add = useMutation({
    mutationFn: () => addNegativeEntry(newEntry(form)),
    onSuccess: async (added) => {
      await finish()
      onAdded(added)
      await queries.invalidateQueries({ queryKey: negativeList.queryKey })
      onClose()
    },
  })
  const missing = missingOf(form)
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 560} title={t('negative.add')} closable={{ 'aria-label': t('action.close') }}>
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          <p className="hint">{t('negative.add-about')}</p>
          <Restored draft={draft} reset={reset} />
          <Fields form={form} set={write} problem={add.isError ? problemOf(add.error) : undefined} />
          {add.isError && <ProblemPanel error={add.error} doing={t('negative.add')} />}
          <div className="actions">
            <Button type="primary" loading={add.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''} onClick={() => add.mutate()}>
              {t('negative.add')}
            </Button>
            {missing && <span className="hint">{t(missing)}</span>}
            <Saved draft={draft} />
          </div>
        </>
      )}
    </Drawer>
  )
}

function Fields({ form, problem, set }: { form: EntryForm; problem: Problem | undefined; set: (part: Partial<EntryForm>) => void }) {
  const { t } = useTranslation()
  const titles = useDatasetTitles()
  const filterOption = useOptionFilter()
  const { data: known } = useQuery(rolesQuery)
  const fault = faultOf(problem)
  const at = (field: string) => fault?.field === field && <Sentence text={fault.why} />
  return (
    <>
      <Field label={t('negative.what')} required fault={at('about')}>
        {(described) => <Input {...described} maxLength={500} value={form.about} onChange={(event) => set({ about: event.target.value })} />}
      </Field>
      <Field label={t('negative.basis')} required help={t('negative.basis-help')} fault={at('basis')}>
        {(described) => <Input {...described} maxLength={500} value={form.basis} onChange={(event) => set({ basis: event.target.value })} />}
      </Field>
      <Field label={t('negative.scope')}>
        {(described) => (
          <Select {...described} value={form.scope} onChange={(scope: Scope) => set({ scope })} options={SCOPES.map((one) => ({ value: one, label: t(`negative-scope.${one}`) }))} />
        )}
      </Field>
      {form.scope === 'dataset' && (
        <Field label={t('dataset.one')} required fault={at('dataset')}>
          {({ id }) => <EntryChoice id={id} label={t('dataset.one')} value={form.dataset} title={titles.get(form.dataset) ?? form.dataset} onChange={(dataset) => set({ dataset })} />}
        </Field>
      )}
      {form.scope === 'pack' && (
        <Field label={t('negative.pack')} required help={t('negative.pack-help')} fault={at('pack')}>
          {(described) => <Input {...described} autoComplete="off" spellCheck={false} value={form.pack} onChange={(event) => set({ pack: event.target.value })} />}
        </Field>
      )}
      <Field label={t('negative.columns')} help={t('negative.columns-help')} fault={at('columns')}>
        {(described) => <ColumnsField described={described} dataset={form.scope === 'dataset' ? form.dataset : ''} value={form.columns} onChange={(columns) => set({ columns })} />}
      </Field>
      <Field label={t('negative.from-grade')} help={t('negative.from-grade-help')} fault={at('from_grade')}>
        {(described) => (
          <Select
            {...described}
            value={form.fromGrade}
            onChange={(fromGrade: string) => set({ fromGrade })}
            options={[{ value: '', label: t('negative.any-grade') }, ...GRADES.map((one) => ({ value: one, label: t(`grade.${one}`) }))]}
          />
        )}
      </Field>
      <Field label={t('negative.except')} help={t('negative.except-help')} fault={at('except')}>
        {(described) => (
          <Select
            {...described}
            mode="multiple"
            showSearch={{ filterOption }}
            value={form.except}
            onChange={(except: string[]) => set({ except })}
            options={(known?.departments ?? []).map((one) => ({ value: one, label: one }))}
          />
        )}
      </Field>
    </>
  )
}
