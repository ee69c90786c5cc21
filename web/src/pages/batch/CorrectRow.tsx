import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, client } from '../../api/client'
import { dataset as datasetQuery } from '../../api/queries'
import type { BatchDetail, QuarantinedRow, Released } from '../../api/types'
import { CellValue } from '../../kit/CellValue'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { hasSigns } from '../../kit/pieces'
import { Raw, Time } from '../../kit/Text'
import type { KeptBack } from '../../kit/useKeptBack'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useNarrow } from '../../kit/useNarrow'
import { useWhyDialog } from '../../kit/useWhyDialog'
import { useWords } from '../../kit/words'
import { type Choice, choicesOf } from './choices'
import type { Titles } from './titles'

interface Props {
  batch: BatchDetail
  row: QuarantinedRow
  titles: Titles
  kept: KeptBack
  onClose: () => void
  onReleased: (released?: Released) => void
}

/** One row as a form: what is wrong on top, cells at fault first, and the record as it came. */
export function CorrectRow({ batch, row, titles, kept, onClose, onReleased }: Props) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const isNarrow = useNarrow()
  const id = useId()
  useReturnFocus()
  const [changed, setChanged] = useState<Record<string, string>>({})
  const [reason, setReason] = useState('')
  const isOpen = batch.may.includes('steward') && (row.state === 'waiting' || row.state === 'corrected')
  const cells = Object.fromEntries(
    Object.entries(changed)
      .filter(([name, text]) => text !== (row.cells[name] ?? ''))
      .map(([name, text]) => [name, text === '' ? null : text]),
  )
  const missing = Object.keys(cells).length === 0 ? 'nothing-changed' : reason.trim() === '' ? 'no-reason' : undefined
  const correct = useMutation({
    mutationFn: async (thenRelease: boolean) => {
      const path = { id: batch.id, row: row.row }
      await ask(
        client.POST('/api/v1/batches/{id}/quarantine/{row}/correct', {
          params: { path },
          body: { cells, reason: reason.trim() },
        }),
      )
      if (!thenRelease) return undefined
      return ask(
        client.POST('/api/v1/batches/{id}/quarantine/release', {
          params: { path: { id: batch.id } },
          body: { rows: [row.row], reason: reason.trim() },
        }),
      )
    },
    onSettled: () => void queries.invalidateQueries(),
    onSuccess: (released) => {
      if (released && released.refused.length > 0) return
      onReleased(released)
      onClose()
    },
  })
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? '100%' : 640}
      title={t('quarantine.row-title', { row: row.row })}
      closable={{ 'aria-label': t('action.close') }}
      footer={
        isOpen && (
          <div className="drawer-foot">
            {missing && <span className="hint">{t(`quarantine.${missing}`)}</span>}
            <Button disabled={missing !== undefined} loading={correct.isPending} onClick={() => correct.mutate(false)}>
              {t('quarantine.save')}
            </Button>
            <Button
              type="primary"
              disabled={missing !== undefined}
              loading={correct.isPending}
              onClick={() => correct.mutate(true)}
            >
              {t('quarantine.save-release')}
            </Button>
          </div>
        )
      }
    >
      <Wrong row={row} titles={titles} />
      {correct.data && correct.data.refused.length > 0 && (
        <div className="note note-warning" role="alert">
          <strong>{t('quarantine.still-wrong')}</strong>{' '}
          <Reasons codes={correct.data.refused[0]?.reasons ?? []} titles={correct.data.refused[0]?.titles ?? []} />
        </div>
      )}
      {correct.isError && <ProblemPanel error={correct.error} doing={t('quarantine.save')} />}
      <Fields
        id={id}
        dataset={batch.dataset}
        row={row}
        titles={titles}
        kept={kept}
        changed={changed}
        readOnly={!isOpen}
        set={(name, text) => setChanged({ ...changed, [name]: text })}
      />
      {isOpen && (
        <ReasonField
          id={`${id}-reason`}
          value={reason}
          set={setReason}
          stock={t('quarantine.correct-stock').split('|')}
        />
      )}
      {typeof row.record === 'string' && (
        <details className="record">
          <summary>{t('quarantine.record')}</summary>
          <p>
            <Raw text={row.record} />
          </p>
        </details>
      )}
    </Drawer>
  )
}

function Reasons({ codes, titles }: { codes: string[]; titles: string[] }) {
  const { t } = useTranslation()
  const { reason } = useWords()
  return <>{codes.map((code, index) => reason(code, titles[index])).join(t('app.semicolon'))}</>
}

function Wrong({ row, titles }: { row: QuarantinedRow; titles: Titles }) {
  const { t } = useTranslation()
  const { reason, principal } = useWords()
  return (
    <div className="note">
      <ul className="reasons">
        {row.reasons.map((one) => (
          <li key={`${one.column}/${one.reason}`} className={one.level === 'hard' ? 'hard' : 'soft'}>
            {one.column && <strong className="weight-500">{titles.get(one.column) ?? one.column}</strong>}{' '}
            {reason(one.reason, one.title)}
          </li>
        ))}
      </ul>
      {row.note && (
        <p className="hint">
          {t(`quarantine.${row.state}` as 'quarantine.waiting')} · {principal(row.note.principal)} ·{' '}
          <Time at={row.note.at} /> · {row.note.reason}
        </p>
      )}
    </div>
  )
}

interface CellProps {
  id: string
  value: string
  readOnly: boolean
  /** The codes that it may be, with their words; none where it is free text. */
  choices: Choice[]
  placeholder?: string
  isWrong: boolean
  set: (text: string) => void
}

/** A cell: a code is chosen by its word, anything else is typed. */
function Cell({ id, value, readOnly, choices, placeholder, isWrong, set }: CellProps) {
  const status = isWrong && { status: 'error' as const }
  if (choices.length === 0) {
    return <Input id={id} value={value} readOnly={readOnly} {...(placeholder && { placeholder })} {...status} onChange={(event) => set(event.target.value)} />
  }
  return (
    <Select
      id={id}
      className="wide-select"
      disabled={readOnly}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      {...(value !== '' && { value })}
      {...(placeholder && { placeholder })}
      {...status}
      options={choices}
      onChange={(chosen?: string) => set(chosen ?? '')}
    />
  )
}

/** The codes of a column, and what stands there where it is none of them. */
function useChoices(dataset: string): (column: string, text: string) => Choice[] {
  const { i18n } = useTranslation()
  const { data } = useQuery({ ...datasetQuery(dataset), staleTime: 60_000 })
  return (column, text) => choicesOf(data?.columns.find(({ name }) => name === column)?.words ?? [], text, i18n.language === 'en')
}

interface FieldsProps {
  id: string
  dataset: string
  row: QuarantinedRow
  titles: Titles
  kept: KeptBack
  changed: Record<string, string>
  readOnly: boolean
  set: (name: string, text: string) => void
}

function Fields({ id, dataset, row, titles, kept, changed, readOnly, set }: FieldsProps) {
  const { t } = useTranslation()
  const { tellWhy, dialog } = useWhyDialog()
  const choices = useChoices(dataset)
  const faulty = new Set(row.reasons.map((one) => one.column))
  const names = [...titles.keys()]
  const sorted = [...names.filter((name) => faulty.has(name)), ...names.filter((name) => !faulty.has(name))]
  return (
    <div className="row-fields">
      {sorted.map((name) => {
        const came = row.cells[name] ?? ''
        const isKeptBack = row.hidden?.includes(name) ?? false
        const text = changed[name] ?? came
        const isHidden = hasSigns(came)
        return (
          <div key={name} className={`field ${faulty.has(name) ? 'field-faulty' : ''}`}>
            <label htmlFor={`${id}-${name}`}>
              {titles.get(name)} <code className="code hint">{name}</code>
              {faulty.has(name) && <span className="required">{t('quarantine.faulty')}</span>}
            </label>
            {isKeptBack && <CellValue masked={kept.of([name], titles.get(name) ?? name)} isEmpty isFirst onWhy={tellWhy} />}
            <Cell
              id={`${id}-${name}`}
              value={text}
              readOnly={readOnly}
              choices={choices(name, text)}
              {...(isKeptBack && { placeholder: t('quarantine.hidden-cell') })}
              isWrong={faulty.has(name) && text === came}
              set={(value) => set(name, value)}
            />
            {(text !== came || isHidden) && (
              <p className="hint">
                {t('quarantine.came-as')} <Raw text={came || '—'} />
              </p>
            )}
          </div>
        )
      })}
      {dialog}
    </div>
  )
}
