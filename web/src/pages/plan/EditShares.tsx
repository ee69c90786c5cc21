import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemOf } from '../../api/errors'
import { type Plan, type PlanTask, askChange, editPlan, splitTask } from '../../api/plans'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { found } from '../../kit/search'
import { useFold } from '../../kit/useFold'
import { useNarrow } from '../../kit/useNarrow'
import { usePinyin } from '../../kit/usePinyin'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { type ShareFault, type ShareLine, type Split, faultsOfShares, newShares, shareEdits, sumOf, toLines } from './counties'
import { countiesOf } from './tasks'
import { useFigureWords } from './useFigureWords'
import { isConflict } from './useReview'

interface Props {
  plan: Plan
  etag: string | undefined
  tasks: PlanTask[]
  split: Split
  onClose: () => void
}

const EMPTY: ShareLine = { copy: undefined, county: '', quantity: '' }

/** Which counties take part in a task and with how much. A share that was approved is changed by an approved change. */
export function EditShares({ plan, etag, tasks, split, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const [lines, setLines] = useState(() => [...toLines(split), ...(split.shares.length === 0 ? [EMPTY] : [])])
  const [reason, setReason] = useState('')
  useReturnFocus()
  const { save, change } = useShares(plan, etag, split, onClose)
  const edits = shareEdits(split, lines)
  const added = newShares(lines)
  const faults = faultsOfShares(lines, split.whole)
  const isWrong = faults.all !== undefined || faults.lines.some(Boolean)
  const isUnchanged = edits.length === 0 && added.length === 0
  const error = change.error ?? save.error
  const needsChange = problemOf(save.error).code === 'plan-change-needed'
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 560} title={t('plans.shares-edit-of', { title: split.task.title })} closable={{ 'aria-label': t('action.close') }}>
      <p className="note">{t('plans.shares-rule')}</p>
      <ul className="plan-share-lines" aria-label={t('plans.shares')}>
        {lines.map((line, at) => (
          <Line
            key={line.copy ?? `new-${at}`}
            line={line}
            unit={split.target?.unit ?? ''}
            fault={faults.lines[at]}
            known={countiesOf(tasks)}
            set={(next) => setLines(lines.map((one, place) => (place === at ? next : one)))}
            drop={() => setLines(lines.filter((_, place) => place !== at))}
          />
        ))}
      </ul>
      <Button onClick={() => setLines([...lines, EMPTY])}>{t('plans.share-add')}</Button>
      <Sum split={split} lines={lines} fault={faults.all} />
      {error !== null && (
        <>
          {isConflict(error) && <p className="note" role="status">{t('plans.edit-conflict')}</p>}
          <ProblemPanel error={error} doing={t('plans.shares-edit')} />
        </>
      )}
      {needsChange && <ReasonField id="plan-share-reason" value={reason} set={setReason} stock={[t('plans.stock-meeting'), t('plans.stock-passed')]} />}
      <div className="actions">
        <Button type="primary" loading={save.isPending} disabled={isWrong || isUnchanged} onClick={() => save.mutate({ edits, added })}>
          {t('plans.assign-save')}
        </Button>
        {needsChange && (
          <Button loading={change.isPending} disabled={isWrong || edits.length === 0 || added.length > 0 || reason.trim() === ''} onClick={() => change.mutate({ edits, reason: reason.trim() })}>
            {t('plans.ask-change')}
          </Button>
        )}
        {needsChange && added.length > 0 && <span className="hint">{t('plans.share-add-first')}</span>}
      </div>
    </Drawer>
  )
}

type Edits = ReturnType<typeof shareEdits>

function useShares(plan: Plan, etag: string | undefined, split: Split, onDone: () => void) {
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: ['plan', plan.id] })
  const onSuccess = async () => {
    await refresh()
    onDone()
  }
  const save = useMutation({
    mutationFn: async ({ edits, added }: { edits: Edits; added: ReturnType<typeof newShares> }) => {
      const told = edits.length > 0 ? await editPlan(plan.id, edits, '', etag) : undefined
      if (added.length > 0) await splitTask(plan.id, split.task.id, added, told?.etag ?? etag)
    },
    onSuccess,
    onError: (error) => isConflict(error) && refresh(),
  })
  const change = useMutation({ mutationFn: ({ edits, reason }: { edits: Edits; reason: string }) => askChange(plan.id, edits, reason), onSuccess })
  return { save, change }
}

/** The sum of the shares against the target, and what of the rule does not hold. */
function Sum({ split, lines, fault }: { split: Split; lines: ShareLine[]; fault: ShareFault | undefined }) {
  const { t } = useTranslation()
  const words = useFigureWords()
  const unit = words.unit(split.target?.unit ?? '')
  const size = (value: number) => `${words.amount(value)} ${unit}`.trim()
  const sum = sumOf(lines)
  return (
    <div role="status">
      <p className="num">
        {t('plans.shares-sum')} {size(sum)}
        {split.whole !== undefined && ` · ${t('plans.city-target')} ${size(split.whole)}`}
      </p>
      {fault === 'below' && split.whole !== undefined && <p className="field-error">{t('plans.share-below', { missing: size(split.whole - sum) })}</p>}
      {fault === 'some-missing' && <p className="field-error">{t('plans.share-some-missing')}</p>}
    </div>
  )
}

interface LineProps {
  line: ShareLine
  unit: string
  fault: ShareFault | undefined
  known: string[]
  set: (line: ShareLine) => void
  drop: () => void
}

function Line({ line, unit, fault, known, set, drop }: LineProps) {
  const { t } = useTranslation()
  const id = useId()
  const fold = useFold()
  const readings = usePinyin()
  const words = useFigureWords()
  const said = fault && fault !== 'some-missing' && fault !== 'below' ? t(`plans.share-${fault}`) : ''
  const wrong = said ? ({ status: 'error', 'aria-invalid': true, 'aria-describedby': `${id}-fault` } as const) : {}
  return (
    <li>
      <div className="field">
        <label htmlFor={`${id}-county`}>{t('plans.county')}</label>
        {line.copy ? (
          <Input id={`${id}-county`} readOnly value={line.county} />
        ) : (
          <Select
            id={`${id}-county`}
            mode="tags"
            maxCount={1}
            value={line.county ? [line.county] : []}
            showSearch={{ filterOption: (typed, option) => found([String(option?.label)], fold(typed).join(''), readings) }}
            onChange={(next: string[]) => set({ ...line, county: next.at(-1) ?? '' })}
            options={known.map((name) => ({ value: name, label: name }))}
          />
        )}
      </div>
      <div className="field">
        <label htmlFor={`${id}-quantity`}>{t('plans.county-share')}</label>
        <Input id={`${id}-quantity`} inputMode="decimal" value={line.quantity} suffix={words.unit(unit)} {...wrong} onChange={(event) => set({ ...line, quantity: event.target.value })} />
      </div>
      {!line.copy && (
        <Button size="small" aria-label={t('plans.share-drop-of', { county: line.county })} onClick={drop}>
          {t('plans.added-drop')}
        </Button>
      )}
      {said && (
        <p id={`${id}-fault`} className="field-error">
          {said}
        </p>
      )}
    </li>
  )
}
