import { useQueryClient } from '@tanstack/react-query'
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useEffect, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { problemOf } from '../../api/errors'
import { type EvidenceFile, type Form, type FormReport, submitReport } from '../../api/forms'
import type { Problem } from '../../api/types'
import { ProblemPanel } from '../../kit/Problem'
import { Saved } from '../../kit/Saved'
import { SchemaForm } from '../../kit/form/SchemaForm'
import { useDraft } from '../../kit/useDraft'
import { Evidence } from './Evidence'
import { type Filled, faultsOf, reportOf, wholeFaults } from './filled'

/** A form as a person fills it: kept on the server while it is filled, sent once. */
export function Fill({ form }: { form: Form }) {
  const { t } = useTranslation()
  const [address] = useSearchParams()
  const client = useQueryClient()
  const draft = useDraft<Filled>(`form:${form.dataset}`)
  const [filled, setFilled] = useState<Filled>()
  const [taken, setTaken] = useState<FormReport>()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const fresh = (): Filled => ({
    unit: address.get('unit') ?? form.units[0] ?? '',
    period: address.get('period') ?? form.period,
    reporter: '',
    values: {},
    files: [],
    submission: crypto.randomUUID(),
  })
  useEffect(() => {
    if (draft.found !== undefined) setFilled((known) => known ?? draft.found ?? fresh())
  }, [draft.found])
  const look = useMemo(() => lookOf(form), [form])
  if (!filled) return null
  const change = (part: Partial<Filled>) => {
    const next = { ...filled, ...part }
    setFilled(next)
    draft.keep(next)
  }
  const send = async () => {
    setBusy(true)
    setError(undefined)
    try {
      setTaken(await submitReport(form.dataset, reportOf(filled)))
      await draft.drop()
      setFilled({ ...fresh(), reporter: filled.reporter })
      await client.invalidateQueries({ queryKey: ['forms'] })
    } catch (failed) {
      setError(failed)
    } finally {
      setBusy(false)
    }
  }
  const problem: Problem | undefined = error === undefined ? undefined : problemOf(error)
  return (
    <div className="form-fill">
      {taken && (
        <p role="status" className="form-taken">
          {t('forms.taken', { batch: taken.batch })} <Link to={`/forms/${form.dataset}/reports/${taken.batch}`}>{t('forms.see')}</Link>
        </p>
      )}
      <Beforehand form={form} filled={filled} change={change} />
      {problem && <ProblemPanel error={error} doing={t('forms.fill')} />}
      {wholeFaults(problem).length > 0 && (
        <div role="alert" className="problem">
          <ul>
            {wholeFaults(problem).map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
      <SchemaForm
        schema={form.schema as RJSFSchema}
        look={look}
        value={filled.values}
        submit={t('forms.submit')}
        busy={isBusy}
        faults={faultsOf(problem)}
        above={<Evidence form={form} files={filled.files} onChange={(files: EvidenceFile[]) => change({ files })} />}
        beside={<Saved draft={draft} />}
        onChange={(values) => change({ values })}
        onSubmit={() => void send()}
      />
    </div>
  )
}

interface BeforehandProps {
  form: Form
  filled: Filled
  change: (part: Partial<Filled>) => void
}

/** What is filled in beforehand, and can be chosen otherwise. */
function Beforehand({ form, filled, change }: BeforehandProps) {
  const { t } = useTranslation()
  const id = useId()
  const choices = (list: string[]) => list.map((value) => ({ value, label: value }))
  return (
    <div className="form-beforehand">
      <div className="field">
        <label htmlFor={`${id}-unit`}>{t('forms.unit')}</label>
        <Select id={`${id}-unit`} value={filled.unit} options={choices(form.units)} onChange={(unit: string) => change({ unit })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-period`}>{t('forms.period')}</label>
        <Select id={`${id}-period`} value={filled.period} options={choices(form.periods)} onChange={(period: string) => change({ period })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-reporter`}>{t('forms.reporter')}</label>
        <Input id={`${id}-reporter`} autoComplete="name" value={filled.reporter} onChange={(event) => change({ reporter: event.target.value })} />
      </div>
    </div>
  )
}

function lookOf(form: Form): UiSchema {
  const long = form.fields.filter((field) => field.long).map((field) => [field.column, { 'ui:widget': 'textarea' }])
  return { 'ui:order': form.order, ...Object.fromEntries(long) }
}
