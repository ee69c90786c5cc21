import { useQueryClient } from '@tanstack/react-query'
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import ConfigProvider from 'antd/es/config-provider'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { problemOf } from '../../api/errors'
import { type Form, type FormReport, submitReport } from '../../api/forms'
import type { Problem } from '../../api/types'
import { Nothing } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { SchemaForm } from '../../kit/form/SchemaForm'
import { type Kept, useDraft } from '../../kit/useDraft'
import { useSpan } from '../../kit/useSpan'
import { Evidence } from './Evidence'
import { type Filled, draftKey, emptyReport, faultsOf, newSubmission, reportOf, wholeFaults } from './filled'

/** A form as a person fills it, for the unit and the period that the address names. */
export function Fill({ form }: { form: Form }) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const unit = address.get('unit') ?? form.own_units[0] ?? ''
  const period = address.get('period') ?? form.period ?? ''
  /** While something is sent nothing else is chosen: the report would go, and its outcome with it. */
  const [isLocked, setLocked] = useState(false)
  const set = (part: Record<string, string>) => setAddress({ ...Object.fromEntries(address), ...part }, { replace: true })
  const missing = missingOf(form, unit, period)
  return (
    <div className="form-fill">
      <Beforehand form={form} unit={unit} period={period} disabled={isLocked} set={set} />
      {missing ? (
        <Nothing title={t(missing)} />
      ) : (
        <Report key={`${form.dataset} ${unit} ${period}`} form={form} unit={unit} period={period} onLock={setLocked} />
      )}
    </div>
  )
}

/** Why there is nothing to fill for a unit and a period. */
function missingOf(form: Form, unit: string, period: string) {
  if (form.periods.length === 0) return 'forms.none-taken'
  if (form.own_units.length === 0) return 'forms.no-own-unit'
  if (!form.own_units.includes(unit)) return form.units.includes(unit) ? 'forms.not-own-unit' : 'forms.not-of-unit'
  return form.periods.includes(period) ? undefined : 'forms.not-taken'
}

interface BeforehandProps {
  form: Form
  unit: string
  period: string
  disabled: boolean
  set: (part: Record<string, string>) => void
}

/** What is filled in beforehand, and can be chosen otherwise. */
function Beforehand({ form, unit, period, disabled, set }: BeforehandProps) {
  const { t } = useTranslation()
  const span = useSpan()
  const id = useId()
  return (
    <div className="form-beforehand">
      <div className="field">
        <label htmlFor={`${id}-unit`}>{t('forms.unit')}</label>
        <Select id={`${id}-unit`} value={unit} disabled={disabled} options={form.own_units.map((value) => ({ value, label: value }))} onChange={(next: string) => set({ unit: next })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-period`}>{t('forms.period')}</label>
        <Select id={`${id}-period`} value={period} disabled={disabled} options={form.periods.map((value) => ({ value, label: span(value) }))} onChange={(next: string) => set({ period: next })} />
      </div>
    </div>
  )
}

interface ReportProps {
  form: Form
  unit: string
  period: string
  onLock: (isLocked: boolean) => void
}

/** The report of a unit for a period: kept on the server while it is filled, sent once. */
function Report({ form, unit, period, onLock }: ReportProps) {
  const { t } = useTranslation()
  const id = useId()
  const { draft, filled, taken, error, isBusy, change, submit, reset } = useReport(form, unit, period)
  const [isSending, setSending] = useState(false)
  const isLocked = isBusy || isSending
  useEffect(() => {
    onLock(isLocked)
    return () => onLock(false)
  }, [isLocked, onLock])
  const look = useLook(form)
  /** Whether it was to be submitted and something was wrong: before that nobody is told of what they have not come to yet. */
  const [isRefused, setRefused] = useState(false)
  const told = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // What is said of the report stands above it, and the button below.
    if (error !== undefined) told.current?.scrollIntoView({ block: 'center' })
  }, [error])
  if (!filled) return null
  const lack = filled.files.length < form.evidence_least ? t('forms.files-lack', { least: form.evidence_least }) : undefined
  const problem: Problem | undefined = error === undefined ? undefined : problemOf(error)
  return (
    <>
      {taken && (
        <p role="status" className="note">
          {t('forms.taken', { batch: taken.batch })} <Link to={`/forms/${form.dataset}/reports/${taken.batch}`}>{t('forms.see')}</Link>
        </p>
      )}
      {!taken && (
        <ConfigProvider componentDisabled={isLocked}>
          <Restored draft={draft} reset={reset} />
        </ConfigProvider>
      )}
      <div className="field">
        <label htmlFor={id}>{t('forms.reporter')}</label>
        <Input id={id} autoComplete="name" disabled={isBusy} value={filled.reporter} onChange={(event) => change(() => ({ reporter: event.target.value }))} />
      </div>
      <div ref={told}>{problem && <ProblemPanel error={error} doing={t('forms.fill')} />}</div>
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
        wait={isSending ? t('forms.wait-sending') : undefined}
        faults={faultsOf(problem)}
        above={
          <Evidence
            form={form}
            files={filled.files}
            isSending={isSending}
            isBusy={isBusy}
            lack={isRefused ? lack : undefined}
            onSending={setSending}
            onChange={(update) => change(({ files }) => ({ files: update(files) }))}
          />
        }
        beside={<Saved draft={draft} />}
        lack={lack}
        onRefused={() => setRefused(true)}
        onChange={(values) => {
          // The form tells its values also when they are as they were.
          if (JSON.stringify(values) !== JSON.stringify(filled.values)) change(() => ({ values }))
        }}
        onSubmit={() => void submit()}
      />
    </>
  )
}

interface Filling {
  draft: Kept<Filled>
  filled: Filled | undefined
  taken: FormReport | undefined
  error: unknown
  isBusy: boolean
  change: (part: (known: Filled) => Partial<Filled>) => void
  submit: () => Promise<void>
  reset: () => void
}

function useReport(form: Form, unit: string, period: string): Filling {
  const client = useQueryClient()
  const draft = useDraft<Filled>(draftKey(form.dataset, unit, period))
  const [filled, setFilled] = useState<Filled>()
  const [taken, setTaken] = useState<FormReport>()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  /** Whether somebody has written: what only was read is not kept again. */
  const isTouched = useRef(false)
  const { found, keep } = draft
  useEffect(() => {
    if (found !== undefined) setFilled((known) => known ?? found ?? emptyReport())
  }, [found])
  useEffect(() => {
    if (filled && isTouched.current) keep(filled)
  }, [filled, keep])
  // A file may have come while words were typed, and words while a file came: each changes what is there then.
  const change = (part: (known: Filled) => Partial<Filled>) => {
    isTouched.current = true
    setError(undefined)
    const submission = newSubmission()
    setFilled((known) => known && { ...known, ...part(known), submission })
  }
  const submit = async () => {
    if (!filled) return
    setBusy(true)
    setError(undefined)
    try {
      setTaken(await submitReport(form.dataset, reportOf(filled, unit, period)))
      isTouched.current = false
      setFilled(emptyReport(filled.reporter))
      await draft.drop()
      await client.invalidateQueries({ queryKey: ['forms'] })
    } catch (failed) {
      setError(failed)
    } finally {
      setBusy(false)
    }
  }
  const reset = () => {
    isTouched.current = false
    setError(undefined)
    setFilled(emptyReport())
  }
  return { draft, filled, taken, error, isBusy, change, submit, reset }
}

/** Long texts have several lines; a reader of English reads the English titles that there are. */
function useLook(form: Form): UiSchema {
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  return useMemo(() => {
    const fields = form.fields.map((field) => [
      field.column,
      {
        ...(field.long && { 'ui:widget': 'textarea' }),
        ...(isEnglish && field.title_en && { 'ui:title': field.title_en }),
        ...(isEnglish && field.help_en && { 'ui:description': field.help_en }),
      },
    ])
    return { 'ui:order': form.order, ...Object.fromEntries(fields) } as UiSchema
  }, [form, isEnglish])
}
