import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { isConflict, problemOf } from '../../api/errors'
import { type Plan, type PlanTask, askChange, editPlan, plan as planQuery, planTasks, splitTask } from '../../api/plans'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { type CountyActuals, type ShareFault, type ShareLine, type Split, type Written, faultsOfShares, firstShares, leastOf, linesOf, newShares, settled, shareEdits, splitOf, sumOf, withLine } from './counties'
import { holding, isAsTold } from './holding'
import { countiesOf } from './tasks'
import { useFigureWords } from './useFigureWords'

interface Props {
  plan: Plan
  etag: string | undefined
  tasks: PlanTask[]
  split: Split
  onClose: () => void
}

interface Drafting extends Written {
  reason: string
}

const EMPTY: ShareLine = { copy: undefined, county: '', quantity: '' }

/** Which counties take part in a task and with how much. A share that was approved is changed by an approved change. */
export function EditShares({ plan, etag, tasks, split, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  // What the plan says may change meanwhile; kept is only what is written here.
  const nothing: Drafting = { quantities: {}, added: split.shares.length === 0 ? [EMPTY] : [], reason: '' }
  const { draft, isKnown, now, write, reset, finish } = useDrafted(`plan.${plan.id}.shares.${split.task.id}`, nothing)
  const { reason, ...written } = now
  const lines = linesOf(split, written)
  useReturnFocus()
  const { save, change } = useShares(plan, etag, split, written, write, async () => {
    await finish()
    onClose()
  })
  const edits = shareEdits(split, lines)
  const added = newShares(lines)
  const faults = faultsOfShares(lines, leastOf(split))
  const isWrong = faults.all !== undefined || faults.lines.some(Boolean)
  const isUnchanged = edits.length === 0 && added.length === 0
  const error = change.error ?? save.error
  const needsChange = problemOf(save.error).code === 'plan-change-needed'
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 560} title={t('plans.shares-edit-of', { title: split.task.title })} closable={{ 'aria-label': t('action.close') }}>
      <p className="note">{t('plans.shares-rule')}</p>
      <Restored draft={draft} reset={reset} />
      <ul className="plan-share-lines" aria-label={t('plans.shares')}>
        {(isKnown ? lines : []).map((line, at) => (
          <Line
            key={line.copy ?? `new-${at}`}
            line={line}
            unit={split.target?.unit ?? ''}
            fault={faults.lines[at]}
            known={countiesOf(tasks)}
            set={(next) => write((known) => withLine(known, next, at - split.shares.length))}
            drop={() => write((known) => ({ added: known.added.filter((_, place) => place !== at - split.shares.length) }))}
          />
        ))}
      </ul>
      <Button disabled={!isKnown} onClick={() => write((known) => ({ added: [...known.added, EMPTY] }))}>{t('plans.share-add')}</Button>
      <Sum split={split} lines={lines} fault={faults.all} />
      {edits.length > 0 && added.length > 0 && <p className="hint">{t('plans.shares-order')}</p>}
      {error !== null && (
        <>
          {isConflict(error) && <p className="note" role="status">{t('plans.edit-conflict')}</p>}
          <ProblemPanel error={error} doing={t('plans.shares-edit')} />
        </>
      )}
      {needsChange && <ReasonField id="plan-share-reason" value={reason} set={(next) => write({ reason: next })} stock={[t('plans.stock-meeting'), t('plans.stock-passed')]} />}
      <div className="actions">
        <Button type="primary" loading={save.isPending} disabled={isWrong || isUnchanged || !isKnown} onClick={() => save.mutate()}>
          {t('plans.assign-save')}
        </Button>
        {needsChange && (
          <Button loading={change.isPending} disabled={isWrong || edits.length === 0 || added.length > 0 || reason.trim() === ''} onClick={() => change.mutate({ edits, reason: reason.trim() })}>
            {t('plans.ask-change')}
          </Button>
        )}
        {needsChange && added.length > 0 && <span className="hint">{t('plans.share-add-first')}</span>}
        <Saved draft={draft} />
      </div>
    </Drawer>
  )
}

type Edits = ReturnType<typeof shareEdits>

/** What a decision about shares is based on. */
const decidedOf = ({ shares, whole }: Split) => ({ whole, shares: shares.map(({ copy, county, quantity }) => [copy.id, county, quantity]) })

const NO_ACTUALS: CountyActuals = new Map()

function useShares(plan: Plan, etag: string | undefined, split: Split, written: Written, write: (next: (written: Written) => Written) => void, onDone: () => Promise<void>) {
  const queries = useQueryClient()
  const again = async (seen: Split) => {
    const fresh = await queries.fetchQuery({ ...planTasks(plan.id), staleTime: 0 })
    const { data } = await queries.fetchQuery({ ...planQuery(plan.id), staleTime: 0 })
    const now = splitOf(split.task, fresh.data.tasks, data.targets, NO_ACTUALS)
    return { holds: isAsTold(decidedOf(now), decidedOf(seen)), etag: fresh.etag }
  }
  const refresh = () => queries.invalidateQueries({ queryKey: ['plan', plan.id] })
  const save = useMutation({
    mutationFn: async () => {
      let [known, said, match] = [split, written, etag]
      const added = newShares(written.added)
      if (added.length > 0) {
        const told = await holding(etag, (match) => splitTask(plan.id, split.task.id, firstShares(split, added), match), () => again(split))
        const after = splitOf(split.task, told.data.tasks, plan.targets, NO_ACTUALS)
        known = after
        said = settled(written, after)
        match = told.etag
        // Should the edits be refused, the counties are there all the same.
        queries.setQueryData(planTasks(plan.id).queryKey, told)
        write((now) => settled(now, after))
      }
      const edits = shareEdits(known, linesOf(known, said))
      if (edits.length > 0) await holding(match, (fresh) => editPlan(plan.id, edits, '', fresh), () => again(known))
    },
    onSuccess: onDone,
    onSettled: refresh,
  })
  const change = useMutation({ mutationFn: ({ edits, reason }: { edits: Edits; reason: string }) => askChange(plan.id, edits, reason), onSuccess: onDone, onSettled: refresh })
  return { save, change }
}

/** The sum of the shares against the target, and what of the rule does not hold. */
function Sum({ split, lines, fault }: { split: Split; lines: ShareLine[]; fault: ShareFault | undefined }) {
  const { t } = useTranslation()
  const words = useFigureWords()
  const size = (value: number) => words.sized(value, split.target?.unit)
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
  const filterOption = useOptionFilter()
  const words = useFigureWords()
  const said = fault && fault !== 'some-missing' && fault !== 'below' ? t(`plans.share-${fault}`) : ''
  const wrong = said ? ({ status: 'error', 'aria-invalid': true, 'aria-describedby': `${id}-fault` } as const) : {}
  const isOfCounty = fault === 'county' || fault === 'twice'
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
            {...(isOfCounty && wrong)}
            value={line.county ? [line.county] : []}
            showSearch={{ filterOption }}
            onChange={(next: string[]) => set({ ...line, county: next.at(-1) ?? '' })}
            options={known.map((name) => ({ value: name, label: name }))}
          />
        )}
      </div>
      <div className="field">
        <label htmlFor={`${id}-quantity`}>{t('plans.county-share')}</label>
        <Input id={`${id}-quantity`} inputMode="decimal" value={line.quantity} suffix={words.unit(unit)} {...(!isOfCounty && wrong)} onChange={(event) => set({ ...line, quantity: event.target.value })} />
      </div>
      {!line.copy && (
        <Button size="small" {...(line.county && { 'aria-label': t('plans.share-drop-of', { county: line.county }) })} onClick={drop}>
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
