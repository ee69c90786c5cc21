import CloudUploadOutlined from '@ant-design/icons/es/icons/CloudUploadOutlined'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type DragEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { problemOf } from '../../api/errors'
import { type NewPlan, importPlan } from '../../api/plans'
import { ProblemPanel } from '../../kit/Problem'
import * as format from '../../kit/format'

/** What is written by hand or pasted goes as a file too, so that its bytes are kept like those of one. */
const asFile = (text: string, name: string) => new File([text], `${name}.txt`, { type: 'text/plain' })

/** The text of a plan from a file or from the clipboard; the program reads it and says what it cannot. */
export function ImportPlan() {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [file, setFile] = useState<File>()
  const [year, setYear] = useState('')
  const stop = useRef<AbortController>(null)
  const id = useId()
  const send = useMutation({
    mutationFn: (given: NewPlan) => {
      stop.current = new AbortController()
      return importPlan(given, stop.current.signal)
    },
    onSuccess: (plan) => {
      void queries.invalidateQueries({ queryKey: ['plans'] })
      void navigate(`/plans/${encodeURIComponent(plan.id)}${plan.status === 'reviewing' ? '?tab=review' : ''}`)
    },
  })
  const isYearWrong = year.trim() !== '' && !isYear(year)
  const isStopped = send.error instanceof DOMException
  const choose = (given: File) => {
    send.reset()
    setFile(given)
  }
  return (
    <div className="deliver">
      <TextDrop file={file} onFile={choose} />
      <div className="field plan-year">
        <label htmlFor={id}>{t('plans.import-year')}</label>
        <Input
          id={id}
          inputMode="numeric"
          value={year}
          aria-describedby={`${id}-help`}
          {...(isYearWrong && { status: 'error', 'aria-invalid': true })}
          onChange={(event) => setYear(event.target.value)}
        />
        <p id={`${id}-help`} className={isYearWrong ? 'field-error' : 'hint'}>
          {t(isYearWrong ? 'plans.import-year-wrong' : 'plans.import-year-help')}
        </p>
      </div>
      <div className="actions">
        <Button type="primary" disabled={!file || isYearWrong} loading={send.isPending} onClick={() => file && send.mutate({ file, year: isYear(year) ? Number(year) : undefined })}>
          {t('plans.import-do')}
        </Button>
        {send.isPending && <Button onClick={() => stop.current?.abort()}>{t('action.cancel')}</Button>}
        {!file && <span className="hint">{t('deliver.no-file')}</span>}
      </div>
      {send.isPending && file && (
        <div role="status">
          <p>{t('plans.reading', { name: file.name, size: format.size(file.size, i18n.language) })}</p>
          <progress aria-label={t('plans.reading-progress')} />
        </div>
      )}
      {isStopped && <p className="note" role="status">{t('plans.import-stopped')}</p>}
      {send.isError && !isStopped && <Refused error={send.error} />}
    </div>
  )
}

/** What is wrong with the text and what to do about it, then the words of the program. */
function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const { code } = problemOf(error)
  return (
    <div className="plan-refused">
      {REPORTS.has(code) && <p className="note" role="status">{t('plans.nothing-stored')}</p>}
      <ProblemPanel error={error} doing={t('plans.import')} />
    </div>
  )
}

const REPORTS = new Set(['not-a-plan', 'plan-empty', 'plan-encoding', 'plan-not-text', 'plan-scan', 'plan-too-large'])

const isYear = (text: string) => /^\d{4}$/.test(text.trim()) && Number(text) >= 1950 && Number(text) <= 2100

function TextDrop({ file, onFile }: { file: File | undefined; onFile: (file: File) => void }) {
  const { t, i18n } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const [isPasting, setPasting] = useState(false)
  const dropped = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [given] = event.dataTransfer.files
    if (given) onFile(given)
  }
  return (
    <div className="field">
      <div
        className={`drop ${isOver ? 'drop-over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={dropped}
      >
        <CloudUploadOutlined aria-hidden className="drop-sign" />
        {file ? (
          <p>
            <strong translate="no">{file.name}</strong> <span className="hint">{format.size(file.size, i18n.language)}</span>
          </p>
        ) : (
          <p>{t('plans.drop')}</p>
        )}
        <input
          ref={input}
          type="file"
          accept=".txt,.text,.md"
          hidden
          onChange={(event) => {
            const [given] = event.target.files ?? []
            if (given) onFile(given)
          }}
        />
        <div className="actions actions-centre">
          <Button onClick={() => input.current?.click()}>{t(file ? 'deliver.other-file' : 'deliver.choose')}</Button>
          <Button onClick={() => setPasting(!isPasting)} aria-expanded={isPasting}>
            {t('plans.paste')}
          </Button>
        </div>
        <p className="hint">{t('plans.types')}</p>
      </div>
      {isPasting && (
        <Paste
          onText={(text) => {
            setPasting(false)
            onFile(asFile(text, t('deliver.pasted')))
          }}
        />
      )}
    </div>
  )
}

function Paste({ onText }: { onText: (text: string) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const id = useId()
  return (
    <div className="paste">
      <label htmlFor={id}>{t('plans.paste-label')}</label>
      <Input.TextArea id={id} rows={8} autoFocus value={text} onChange={(event) => setText(event.target.value)} />
      <Button disabled={text.trim() === ''} onClick={() => onText(text)}>
        {t('plans.paste-use', { count: [...text.trim()].length })}
      </Button>
    </div>
  )
}
