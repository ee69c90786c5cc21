import { useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Checkbox from 'antd/es/checkbox'
import Input from 'antd/es/input'
import Radio from 'antd/es/radio'
import Select from 'antd/es/select'
import { type FormEvent, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataset as datasetQuery } from '../../api/queries'
import type { DatasetLine, Source } from '../../api/types'
import type { Delivery } from '../../api/upload'
import { found } from '../../kit/search'
import * as format from '../../kit/format'
import { usePinyin } from '../../kit/usePinyin'
import { useWords } from '../../kit/words'
import { Drop } from './Drop'
import { PreviewPanel } from './PreviewPanel'
import { defaultMode, replaced, suggested } from './suggest'
import { usePreview } from './usePreview'

const MODES = ['snapshot', 'upsert', 'append'] as const
const ENCODINGS = ['UTF-8', 'GB18030', 'UTF-16LE', 'UTF-16BE'] as const

interface Props {
  datasets: DatasetLine[]
  sources: Source[]
  /** Chosen before this page was opened. */
  dataset: string
  onSend: (delivery: Delivery) => void
}

interface Draft {
  file?: File
  dataset: string
  mode: string
  encoding: string
  delimiter: string
  header_row: string
  sheet: string
  headers: Record<string, string | null>
}

export function DeliverForm({ datasets, sources, dataset, onSend }: Props) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState<Draft>({
    dataset,
    mode: defaultMode(sources, dataset),
    encoding: '',
    delimiter: '',
    header_row: '',
    sheet: '',
    headers: {},
  })
  /** The file of which somebody said that it is meant to take most rows away. */
  const [agreed, setAgreed] = useState<File>()
  const [guess, setGuess] = useState<string>()
  const { mode: _, ...asked } = draft
  const shown = usePreview(asked)
  const about = useQuery({ ...datasetQuery(draft.dataset), enabled: draft.dataset !== '' })
  // Without a key rows cannot be replaced one by one.
  const hasKey = about.data === undefined || about.data.key.length > 0
  const mode = hasKey || draft.mode !== 'upsert' ? draft.mode : 'append'
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const choose = (file: File) => {
    const line = draft.dataset ? undefined : suggested(file.name, datasets)
    setGuess(line?.title)
    change({ file, headers: {}, ...(line && { dataset: line.id, mode: defaultMode(sources, line.id) }) })
  }
  const isRefused = draft.file !== undefined && !shown.isPlaceholderData && Boolean(shown.data?.refusal)
  const known = shown.isPlaceholderData ? undefined : shown.data?.rows.length
  const gone = mode === 'snapshot' && draft.file ? replaced(about.data?.rows ?? 0, known) : undefined
  const missing = !draft.file
    ? 'deliver.no-file'
    : !draft.dataset
      ? 'deliver.no-dataset'
      : isRefused
        ? 'deliver.refused'
        : gone?.isMost && agreed !== draft.file
          ? 'deliver.not-agreed'
          : undefined
  const send = (event: FormEvent) => {
    event.preventDefault()
    const { file, ...fields } = draft
    if (file && !missing) onSend({ file, ...fields, mode })
  }
  return (
    <form className="surface padded deliver" onSubmit={send}>
      <Drop {...(draft.file && { file: draft.file })} onFile={choose} />
      <DatasetChoice
        datasets={datasets}
        value={draft.dataset}
        guess={guess}
        likely={draft.dataset ? [] : (shown.data?.candidates ?? [])}
        set={(id) => {
          setGuess(undefined)
          change({ dataset: id, mode: defaultMode(sources, id), headers: {} })
        }}
      />
      <ModeChoice value={mode} hasKey={hasKey} set={(chosen) => change({ mode: chosen })} />
      <Details draft={draft} change={change} isWanted={Boolean(shown.data?.refusal)} />
      {draft.file && (
        <PreviewPanel
          query={shown}
          columns={draft.dataset ? (about.data?.columns ?? []) : []}
          headers={draft.headers}
          onHeaders={(headers) => change({ headers })}
          onHeaderRow={(row) => change({ header_row: String(row), headers: {} })}
        />
      )}
      {gone && !isRefused && <Replaced {...gone} isAgreed={agreed === draft.file} agree={(isAgreed) => setAgreed(isAgreed ? draft.file : undefined)} />}
      <div className="actions actions-start">
        <Button type="primary" htmlType="submit" disabled={missing !== undefined}>
          {t('deliver.send')}
        </Button>
        {missing && <span className="hint">{t(missing)}</span>}
      </div>
    </form>
  )
}

interface ReplacedProps extends NonNullable<ReturnType<typeof replaced>> {
  isAgreed: boolean
  agree: (isAgreed: boolean) => void
}

/** What goes when a file takes the place of all rows, asked about where it is most of them. */
function Replaced({ rows, gone, isMost, isAgreed, agree }: ReplacedProps) {
  const { t, i18n } = useTranslation()
  const all = format.number(rows, i18n.language)
  return (
    <div className="note note-warning" role="status">
      <p>{gone === undefined ? t('deliver.replaces', { rows: all }) : t('deliver.replaces-at-least', { rows: all, gone: format.number(gone, i18n.language) })}</p>
      {isMost && (
        <Checkbox checked={isAgreed} onChange={(event) => agree(event.target.checked)}>
          {t('deliver.agree')}
        </Checkbox>
      )}
    </div>
  )
}

interface ChoiceProps {
  datasets: DatasetLine[]
  value: string
  guess: string | undefined
  /** Datasets whose headers the file has. */
  likely: { dataset: string; title: string; matched: number }[]
  set: (id: string) => void
}

function DatasetChoice({ datasets, value, guess, likely, set }: ChoiceProps) {
  const { t } = useTranslation()
  const table = usePinyin()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        {t('deliver.dataset')} <span className="required">{t('field.required')}</span>
      </label>
      <Select
        id={id}
        className="wide-select"
        placeholder={t('deliver.dataset-hint')}
        showSearch={{ filterOption: (typed, option) => found([String(option?.search)], typed, table) }}
        {...(value && { value })}
        onChange={set}
        options={datasets.map((line) => ({
          value: line.id,
          label: `${line.title} · ${line.owner}`,
          search: `${line.title} ${line.id} ${line.owner}`,
        }))}
      />
      {likely.length > 0 && (
        <div className="stock" role="group" aria-label={t('deliver.likely')}>
          <span className="hint">{t('deliver.likely')}</span>
          {likely.slice(0, 3).map((one) => (
            <button key={one.dataset} type="button" onClick={() => set(one.dataset)}>
              {t('deliver.likely-one', { title: one.title, count: one.matched })}
            </button>
          ))}
        </div>
      )}
      {guess && (
        <p className="hint" role="status">
          {t('deliver.guess', { title: guess })}
        </p>
      )}
    </div>
  )
}

function ModeChoice({ value, hasKey, set }: { value: string; hasKey: boolean; set: (mode: string) => void }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <fieldset className="field">
      <legend>{t('batch.mode')}</legend>
      <Radio.Group value={value} onChange={(event) => set(String(event.target.value))} className="modes">
        {MODES.map((mode) => (
          <Radio key={mode} value={mode} disabled={mode === 'upsert' && !hasKey}>
            {word('mode', mode)} <span className="hint">{mode === 'upsert' && !hasKey ? t('deliver.no-key') : t(`deliver.mode-${mode}`)}</span>
          </Radio>
        ))}
      </Radio.Group>
    </fieldset>
  )
}

interface DetailsProps {
  draft: Draft
  change: (part: Partial<Draft>) => void
  /** The file does not read well: here it may be told how. */
  isWanted: boolean
}

/** What the program finds out by itself nearly always. */
function Details({ draft, change, isWanted }: DetailsProps) {
  const { t } = useTranslation()
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    if (isWanted) setOpen(true)
  }, [isWanted])
  return (
    <details className="more-options" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('deliver.details')}</summary>
      <div className="field-row">
        <div className="field">
          <label htmlFor={`${id}-encoding`}>{t('reading.encoding')}</label>
          <Select
            id={`${id}-encoding`}
            value={draft.encoding}
            onChange={(encoding) => change({ encoding })}
            options={[
              { value: '', label: t('deliver.find-out') },
              ...ENCODINGS.map((one) => ({ value: one, label: one })),
            ]}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-delimiter`}>{t('reading.delimiter')}</label>
          <Select
            id={`${id}-delimiter`}
            value={draft.delimiter}
            onChange={(delimiter) => change({ delimiter })}
            options={[
              { value: '', label: t('deliver.find-out') },
              { value: ',', label: t('reading.comma') },
              { value: '\t', label: t('reading.tab') },
              { value: ';', label: t('reading.semicolon') },
              { value: '|', label: '|' },
            ]}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-header`}>{t('reading.header')}</label>
          <Input
            id={`${id}-header`}
            inputMode="numeric"
            value={draft.header_row}
            placeholder={t('deliver.find-out')}
            onChange={(event) => change({ header_row: event.target.value.replace(/\D/g, '') })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-sheet`}>{t('reading.sheet')}</label>
          <Input
            id={`${id}-sheet`}
            value={draft.sheet}
            placeholder={t('deliver.find-out')}
            onChange={(event) => change({ sheet: event.target.value })}
          />
        </div>
      </div>
    </details>
  )
}
