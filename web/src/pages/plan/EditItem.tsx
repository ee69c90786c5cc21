import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Popconfirm from 'antd/es/popconfirm'
import { type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isConflict, problemOf } from '../../api/errors'
import { type Plan, type PlanEdit, type PlanTask, askChange, editPlan, plan as planQuery, planTasks } from '../../api/plans'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { Sentence } from '../../kit/Sentence'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { faultOf } from '../accounts/faults'
import { Clashes } from './Clashes'
import { type Again, changedOf, clashesOf, holding, isAsSeen, seenOf } from './holding'

/** A task or a node, or that there is none yet, with the revision in which that was seen: an edit is sent on no other. */
export interface Seen<T> {
  item: T | undefined
  etag: string | undefined
}

/** What is otherwise than it should be at a field, or nothing. */
export type Refusal<F> = (field: keyof F & string) => ReactNode

interface Props<T, F> {
  plan: Plan
  kind: 'task' | 'node'
  /** What a new one is added to: `point/3`, `task/3.2`. */
  to: string
  opened: Seen<T>
  title: string
  /** What it belongs to, above the fields. */
  about?: ReactNode
  /** The same one as the plan has it now. */
  find: (tasks: PlanTask[], id: string) => T | undefined
  toForm: (item: T | undefined) => F
  toEdit: (item: T | undefined, form: F) => PlanEdit | undefined
  /** Fields that the program would refuse. */
  faultsOf: (form: F) => string[]
  fields: (form: F, set: (form: F) => void, refusal: Refusal<F>) => ReactNode
  remove: string
  /** What is asked before it is removed. */
  sure: string
  onClose: () => void
}

interface Written<F> {
  /** What is otherwise than the plan has it. */
  fields?: Partial<F>
  /** What the plan said of these when they were written. */
  seen?: Partial<F>
  reason: string
}

/** Saved at once, asked for as a change of what was approved, or removed, which is whichever of the two the plan allows. */
type Way = 'save' | 'ask' | 'remove'

/** A task or a node is written here; what a plan in force does not allow to be edited is asked for as a change of it. */
export function EditItem<T extends { id: string }, F extends object>(props: Props<T, F>) {
  const { plan, kind, to, find, toForm, onClose } = props
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  const [{ item, etag }, setSeen] = useState(props.opened)
  const { draft, isKnown, now, write, reset, finish } = useDrafted<Written<F>>(`plan.${plan.id}.${kind}.${item?.id ?? `new-${to.split('/')[1]}`}`, { reason: '' })
  const before = toForm(item)
  const form: F = { ...before, ...now.fields }
  const clashes = clashesOf(before, now.fields ?? {}, now.seen ?? {})
  const writeFields = (fields: Partial<F>, seen: Partial<F>) => {
    if (send.isError) send.reset()
    write({ fields, seen: seenOf(before, fields, seen) })
  }
  const reason = now.reason.trim()
  useReturnFocus()
  const again = async (way: Way): Promise<Again> => {
    const fresh = await queries.fetchQuery({ ...planTasks(plan.id), staleTime: 0 })
    const same = item && find(fresh.data.tasks, item.id)
    if (same) setSeen({ item: same, etag: fresh.etag })
    // With a task go its nodes, whether the form shows them or not.
    return { holds: isAsSeen(item, same, way === 'remove' ? (all) => all : toForm), etag: fresh.etag }
  }
  const send = useSend(plan, etag, reason, again, async () => {
    await finish()
    await queries.invalidateQueries({ queryKey: ['plan', plan.id] })
  })
  // Called of a drawer that is still open, and of none that was opened after it.
  const go = (way: Way, edits: PlanEdit[]) => send.mutate({ way, edits }, { onSuccess: onClose })
  const fault = send.isError ? faultOf(problemOf(send.error)) : undefined
  const isAtField = fault !== undefined && fault.field in form
  const isInForce = plan.status === 'approved'
  const edit = props.toEdit(item, form)
  const isUnchosen = clashes.length > 0 ? t('plans.clash-open') : undefined
  const wait = props.faultsOf(form).length > 0 ? t('plans.edit-incomplete') : edit ? isUnchosen : t('plans.bind-unchanged')
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 560} title={props.title} closable={{ 'aria-label': t('action.close') }}>
      {props.about}
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          {isInForce && <p className="note">{t('plans.edit-in-force')}</p>}
          <Restored draft={draft} reset={reset} />
          {send.isError && !isAtField && (
            <>
              {isConflict(send.error) && clashes.length === 0 && <p className="note" role="status">{t('plans.edit-conflict')}</p>}
              <ProblemPanel error={send.error} doing={send.variables.way === 'remove' ? props.remove : t('plans.edit')} />
            </>
          )}
          <Clashes
            clashes={clashes}
            take={(field) => writeFields(changedOf(before, { ...form, [field]: before[field] }), now.seen ?? {})}
            keep={(field) => writeFields(now.fields ?? {}, { ...now.seen, [field]: before[field] })}
          />
          {props.fields(
            form,
            (next) => writeFields(changedOf(before, next), now.seen ?? {}),
            (field) => fault?.field === field && <Sentence text={fault.why} />,
          )}
          <ReasonField id={`plan-${kind}-reason`} value={now.reason} set={(next) => write({ reason: next })} stock={[t('plans.stock-meeting'), t('plans.stock-unit')]} isRequired={false} />
          <Ways
            isInForce={isInForce}
            wait={wait}
            isUnsaid={reason === ''}
            busy={send.isPending ? send.variables.way : undefined}
            {...(item && { remove: props.remove, sure: props.sure })}
            go={(way) => {
              if (way === 'remove' && item) go(way, [{ op: 'remove', item: `${kind}/${item.id}` }])
              else if (way !== 'remove' && edit) go(way, [edit])
            }}
          >
            <Saved draft={draft} />
          </Ways>
        </>
      )}
    </Drawer>
  )
}

function useSend(plan: Plan, etag: string | undefined, reason: string, again: (way: Way) => Promise<Again>, onSuccess: () => Promise<void>) {
  const queries = useQueryClient()
  const make = async (way: Way, edits: PlanEdit[]) => {
    const told = await holding(etag, (match) => editPlan(plan.id, edits, reason, match), () => again(way))
    queries.setQueryData(planQuery(plan.id).queryKey, told)
  }
  return useMutation({
    mutationFn: async ({ way, edits }: { way: Way; edits: PlanEdit[] }): Promise<void> => {
      if (way !== 'ask') {
        try {
          return await make(way, edits)
        } catch (error) {
          if (way === 'save' || problemOf(error).code !== 'plan-change-needed') throw error
        }
      }
      await askChange(plan.id, edits, reason)
    },
    onSuccess,
    onError: (error) => isConflict(error) && queries.invalidateQueries({ queryKey: ['plan', plan.id] }),
  })
}

interface WaysProps {
  isInForce: boolean
  /** Why there is nothing to send. */
  wait: string | undefined
  isUnsaid: boolean
  busy: Way | undefined
  /** Absent of one that is not there yet. */
  remove?: string
  sure?: string
  go: (way: Way) => void
  children: ReactNode
}

function Ways({ isInForce, wait, isUnsaid, busy, remove, sure, go, children }: WaysProps) {
  const { t } = useTranslation()
  const waitId = useId()
  const reasonId = useId()
  const removing = useRef<HTMLButtonElement>(null)
  const isBusy = busy !== undefined
  const lacksReason = isUnsaid && (isInForce || remove !== undefined)
  const isStill = wait !== undefined || isUnsaid || isBusy
  return (
    <div className="actions">
      <Button type="primary" loading={busy === 'save'} disabled={wait !== undefined || isBusy} {...(wait !== undefined && { 'aria-describedby': waitId })} onClick={() => go('save')}>
        {t('plans.assign-save')}
      </Button>
      {isInForce && (
        <Button loading={busy === 'ask'} disabled={isStill} {...(isStill && { 'aria-describedby': `${waitId} ${reasonId}` })} onClick={() => go('ask')}>
          {t('plans.ask-change')}
        </Button>
      )}
      {remove !== undefined && (
        <Popconfirm
          title={sure}
          description={isInForce && t('plans.remove-in-force')}
          okText={remove}
          okButtonProps={{ danger: true }}
          cancelText={t('action.cancel')}
          disabled={isUnsaid || isBusy}
          // Within the drawer, which keeps the focus to itself.
          getPopupContainer={(button) => button.parentElement ?? button}
          onConfirm={() => go('remove')}
          onCancel={() => removing.current?.focus()}
        >
          <Button ref={removing} danger loading={busy === 'remove'} disabled={isUnsaid || isBusy} {...(lacksReason && { 'aria-describedby': reasonId })}>
            {remove}
          </Button>
        </Popconfirm>
      )}
      {wait !== undefined && (
        <span id={waitId} className="hint">
          {wait}
        </span>
      )}
      {lacksReason && (
        <span id={reasonId} className="hint">
          {t('plans.edit-reason')}
        </span>
      )}
      {children}
    </div>
  )
}
