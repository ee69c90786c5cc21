import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Checkbox from 'antd/es/checkbox'
import Select from 'antd/es/select'
import { type Key, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { ask, client } from '../../api/client'
import { quarantine } from '../../api/queries'
import type { BatchDetail, QuarantinedRow, Refusal, Released, Returned } from '../../api/types'
import { CellValue } from '../../kit/CellValue'
import { type Column, DataTable } from '../../kit/DataTable'
import type { HiddenColumn } from '../../kit/HiddenSign'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Num, Raw } from '../../kit/Text'
import { type KeptBack, useKeptBack } from '../../kit/useKeptBack'
import { useWhyDialog } from '../../kit/useWhyDialog'
import { useWords } from '../../kit/words'
import { CorrectRow } from './CorrectRow'
import { Return, ReturnTold } from './Return'
import type { Titles } from './titles'

const STATES: Record<string, LampState> = { waiting: 'due', corrected: 'made-up', released: 'good', dropped: 'absent' }

/** The rows that were kept apart, with their cells and what is wrong with them, and what can be done about it. */
export function Quarantine({ batch, titles }: { batch: BatchDetail; titles: Titles }) {
  const { t } = useTranslation()
  const { reason: nameOf } = useWords()
  const [address, setAddress] = useSearchParams()
  const [chosen, setChosen] = useState<Key[]>([])
  const [open, setOpen] = useState<QuarantinedRow>()
  const [released, setReleased] = useState<Released>()
  const [returned, setReturned] = useState<Returned>()
  const takeBack = (returned: Returned) => {
    setReturned(returned)
    setReleased(returned.released)
  }
  const refused = released?.refused ?? []
  const former = released?.former_snapshot
  const reason = address.get('reason') ?? ''
  const isWaiting = address.get('all') === null
  const filter = { ...(reason && { reason }), ...(isWaiting && { waiting: true }) }
  const query = useInfiniteQuery(quarantine(batch.id, filter))
  const rows = query.data?.pages.flatMap((page) => page.rows)
  const kept = useKeptBack(batch.dataset)
  const { tellWhy, dialog } = useWhyDialog()
  const set = (name: string, value: string | null) =>
    setAddress(
      (former) => {
        const next = new URLSearchParams(former)
        if (value === null || (value === '' && name === 'reason')) next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )
  const hard = [...new Map(batch.findings.filter((one) => one.level === 'hard').map((one) => [one.reason, one])).values()]
  const search = new URLSearchParams({ ...(reason && { reason }), ...(isWaiting && { waiting: 'true' }) })
  const keeps = batch.may.includes('steward')
  if (batch.rows_quarantined === 0) return <Nothing title={t('quarantine.none')} />
  return (
    <>
      <div className="toolbar no-print">
        <Select
          aria-label={t('quarantine.by-reason')}
          className="toolbar-select"
          value={reason}
          onChange={(value) => set('reason', value)}
          options={[
            { value: '', label: t('quarantine.all-reasons') },
            ...hard.map((one) => ({ value: one.reason, label: nameOf(one.reason, one.title) })),
          ]}
        />
        <Checkbox checked={isWaiting} onChange={(event) => set('all', event.target.checked ? null : '')}>
          {t('quarantine.only-waiting')}
        </Checkbox>
        <span className="toolbar-gap" />
        {keeps && <Decide batch={batch} rows={chosen as number[]} onDone={() => setChosen([])} onReleased={setReleased} />}
        <Button href={`/api/v1/batches/${batch.id}/quarantine.xlsx?${search}`}>{t('quarantine.export')}</Button>
        {keeps && <Return batch={batch} onReturned={takeBack} />}
      </div>
      {!batch.is_whole && <p className="hint padded">{t('quarantine.hidden-cells')}</p>}
      {former && (
        <p className="note note-warning" role="status">
          {t(former === 'replaced' ? 'quarantine.former-replaced' : 'quarantine.former-stays')}
        </p>
      )}
      {returned && <ReturnTold returned={returned} />}
      {refused.length > 0 && <Refused list={refused} close={() => setReleased(undefined)} />}
      <Loaded query={{ ...query, data: rows }} doing={t('batch.quarantine')}>
        {(list) => (
          <>
            <Rows
              rows={list}
              titles={titles}
              chosen={chosen}
              onChoose={setChosen}
              onOpen={setOpen}
              isAll={!isWaiting || reason !== ''}
              keeps={keeps}
              kept={kept}
              onWhy={tellWhy}
            />
            {query.hasNextPage && (
              <p className="more no-print">
                <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t('action.more')}
                </Button>
              </p>
            )}
          </>
        )}
      </Loaded>
      {open && <CorrectRow batch={batch} row={open} titles={titles} kept={kept} onClose={() => setOpen(undefined)} onReleased={setReleased} />}
      {dialog}
    </>
  )
}

interface RowsProps {
  rows: QuarantinedRow[]
  titles: Titles
  chosen: Key[]
  onChoose: (keys: Key[]) => void
  onOpen: (row: QuarantinedRow) => void
  isAll: boolean
  /** Whether whoever looks may correct rows and decide on them. */
  keeps: boolean
  kept: KeptBack
  onWhy: (column: HiddenColumn) => void
}

function Rows({ rows, titles, chosen, onChoose, onOpen, isAll, keeps, kept, onWhy }: RowsProps) {
  const isOpenTo = (row: QuarantinedRow) => keeps && isOpen(row)
  const { t } = useTranslation()
  const { reason: nameOf } = useWords()
  const firsts = new Map<string, QuarantinedRow>()
  for (const row of rows) for (const name of shownOf(row, titles)) if (!firsts.has(name)) firsts.set(name, row)
  const columns: Column<QuarantinedRow>[] = [
    {
      key: 'row',
      title: t('quarantine.row'),
      align: 'right',
      width: 90,
      render: (row) => <Num value={row.row} />,
    },
    {
      key: 'reasons',
      full: true,
      title: t('quarantine.reasons'),
      render: (row) => (
        <ul className="reasons">
          {row.reasons.map((one) => (
            <li key={`${one.column}/${one.reason}`} className={one.level === 'hard' ? 'hard' : 'soft'}>
              {one.column && <strong className="weight-500">{titles.get(one.column) ?? one.column}</strong>}{' '}
              {nameOf(one.reason, one.title)}
            </li>
          ))}
        </ul>
      ),
    },
    {
      key: 'cells',
      full: true,
      title: t('quarantine.cells'),
      render: (row) => <Cells row={row} titles={titles} isFirst={(name) => row === firsts.get(name)} kept={kept} onWhy={onWhy} />,
    },
    {
      key: 'state',
      title: t('quarantine.state'),
      width: 110,
      render: (row) => (
        <Lamp state={STATES[row.state] ?? 'absent'}>
          {t(`quarantine.${row.state}` as 'quarantine.waiting', { defaultValue: row.state })}
        </Lamp>
      ),
    },
    {
      key: 'open',
      title: t('quarantine.do'),
      width: 100,
      render: (row) => (
        <Button
          size="small"
          aria-label={t(isOpenTo(row) ? 'quarantine.correct-row' : 'quarantine.look-row', { row: row.row })}
          onClick={() => onOpen(row)}
        >
          {t(isOpenTo(row) ? 'quarantine.correct' : 'quarantine.look')}
        </Button>
      ),
    },
  ]
  return (
    <DataTable
      label={t('batch.quarantine')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.row}
      selection={{
        selectedRowKeys: chosen,
        onChange: (keys) => onChoose(keys),
        getCheckboxProps: (row) =>
          ({ disabled: !isOpenTo(row), 'aria-label': t('quarantine.choose', { row: row.row }) }) as { disabled: boolean },
      }}
      empty={<Nothing title={t(isAll ? 'quarantine.none-so' : 'quarantine.done')} />}
    />
  )
}

function isOpen(row: QuarantinedRow): boolean {
  return row.state === 'waiting' || row.state === 'corrected'
}

const SHOWN = 4

/** The cells at fault first, then as many others as have room, those that are kept back last. */
function shownOf(row: QuarantinedRow, titles: Titles): string[] {
  const faulty = new Set(row.reasons.map((one) => one.column))
  const names = new Set([...Object.keys(row.cells), ...(row.hidden ?? [])])
  const order = [...new Set([...titles.keys(), ...names])].filter((name) => names.has(name))
  const rank = (name: string) => (faulty.has(name) ? 0 : row.hidden?.includes(name) ? 2 : 1)
  return order.sort((one, other) => rank(one) - rank(other)).slice(0, SHOWN)
}

interface CellsProps {
  row: QuarantinedRow
  titles: Titles
  isFirst: (name: string) => boolean
  kept: KeptBack
  onWhy: (column: HiddenColumn) => void
}

function Cells({ row, titles, isFirst, kept, onWhy }: CellsProps) {
  const faulty = new Set(row.reasons.map((one) => one.column))
  const shown = shownOf(row, titles)
  if (shown.length === 0) {
    return typeof row.record !== 'string' ? (
      '—'
    ) : (
      <span className="clip-wide">
        <Raw text={row.record} />
      </span>
    )
  }
  return (
    <dl className="cells">
      {shown.map((name) => {
        const isEmpty = row.hidden?.includes(name) ?? false
        const title = titles.get(name) ?? name
        return (
          <div key={name} className={faulty.has(name) ? 'faulty' : ''}>
            <dt>{title}</dt>
            <dd className={isEmpty ? 'kept-back' : ''}>
              {isEmpty ? (
                <CellValue masked={kept.of([name], title)} isEmpty isFirst={isFirst(name)} onWhy={onWhy} />
              ) : (
                <Raw text={row.cells[name] ?? '—'} />
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

interface DecideProps {
  batch: BatchDetail
  rows: number[]
  onDone: () => void
  onReleased: (released?: Released) => void
}

/** Release or drop: the chosen rows, or all that wait when none is chosen. */
function Decide({ batch, rows, onDone, onReleased }: DecideProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [doing, setDoing] = useState<'release' | 'drop'>()
  const act = useMutation({
    mutationFn: async (reason: string): Promise<Released | undefined> => {
      const to = { params: { path: { id: batch.id } }, body: { rows, reason } }
      if (doing === 'release') return ask(client.POST('/api/v1/batches/{id}/quarantine/release', to))
      await ask(client.POST('/api/v1/batches/{id}/quarantine/drop', to))
      return undefined
    },
    onSuccess: (released) => {
      onReleased(released)
      setDoing(undefined)
      onDone()
      void queries.invalidateQueries()
    },
  })
  const open = (what: 'release' | 'drop') => {
    act.reset()
    setDoing(what)
  }
  const name = (what: 'release' | 'drop') =>
    rows.length > 0 ? t(`quarantine.${what}-some`, { count: rows.length }) : t(`quarantine.${what}-all`)
  return (
    <>
      <Button type="primary" onClick={() => open('release')}>
        {name('release')}
      </Button>
      <Button danger onClick={() => open('drop')}>
        {name('drop')}
      </Button>
      {doing && (
        <ReasonDialog
          title={name(doing)}
          confirm={t(`quarantine.${doing}`)}
          danger={doing === 'drop'}
          stock={t(`quarantine.${doing}-stock`).split('|')}
          busy={act.isPending}
          error={act.error}
          onConfirm={(reason) => act.mutate(reason)}
          onClose={() => setDoing(undefined)}
        >
          <p>{t(`quarantine.${doing}-about`)}</p>
        </ReasonDialog>
      )}
    </>
  )
}

const REFUSED_SHOWN = 10

function Refused({ list, close }: { list: Refusal[]; close: () => void }) {
  const { t } = useTranslation()
  const { reason } = useWords()
  return (
    <div className="note note-warning" role="alert">
      <p>
        <strong>{t('quarantine.refused', { count: list.length })}</strong>
      </p>
      <ul>
        {list.slice(0, REFUSED_SHOWN).map((one) => (
          <li key={one.row}>
            {t('finding.row', { row: one.row })}
            {t('app.colon')}
            {one.reasons.map((code, index) => reason(code, one.titles[index])).join(t('app.semicolon'))}
          </li>
        ))}
      </ul>
      <Button size="small" onClick={close}>
        {t('action.close')}
      </Button>
    </div>
  )
}
