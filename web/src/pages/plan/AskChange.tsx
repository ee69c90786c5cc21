import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Select from 'antd/es/select'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanEdit, type PlanTarget, askChange } from '../../api/plans'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { FigureFields } from './FigureFields'
import { type FigureForm, changedFields, faultsOf, toForm } from './figure'
import { changedOf } from './holding'
import { useFigureWords } from './useFigureWords'

interface Props {
  plan: Plan
  onClose: () => void
}

interface Asking {
  /** Number of the target. */
  target?: number
  /** What is otherwise than the plan has it. */
  fields?: Partial<FigureForm>
  reason: string
}

/** Asks for a change of a target that was approved, or for its removal; nothing changes before somebody approves it. */
export function AskChange({ plan, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  const { draft, isKnown, now, write, reset, finish } = useDrafted<Asking>(`plan.${plan.id}.ask`, { reason: '' })
  const { reason } = now
  const target = plan.targets.find(({ number }) => number === now.target)
  const before = target && toForm(target)
  const form = before && { ...before, ...now.fields }
  useReturnFocus()
  const ask = useMutation({
    mutationFn: (edits: PlanEdit[]) => askChange(plan.id, edits, reason.trim()),
    onSuccess: async () => {
      await finish()
      await queries.invalidateQueries({ queryKey: ['plan', plan.id] })
      onClose()
    },
  })
  const fields = target && form ? changedFields(target, form) : {}
  const isUnchanged = Object.keys(fields).length === 0
  const isUnsaid = !target || reason.trim() === '' || ask.isPending
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 560} title={t('plans.ask-target')} closable={{ 'aria-label': t('action.close') }}>
      <p className="note">{t('plans.ask-about')}</p>
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          <Restored draft={draft} reset={reset} />
          <TargetChoice
            plan={plan}
            value={target}
            set={(next) => {
              ask.reset()
              write({ target: next.number, fields: {} })
            }}
          />
          {before && form && <FigureFields form={form} set={(next) => write({ fields: changedOf(before, next) })} withoutKind />}
          <ReasonField id="plan-ask-reason" value={reason} set={(next) => write({ reason: next })} stock={[t('plans.stock-meeting'), t('plans.stock-passed')]} />
          {ask.isError && <ProblemPanel error={ask.error} doing={t('plans.ask-change')} />}
          <div className="actions">
            <Button
              type="primary"
              loading={ask.isPending}
              disabled={isUnsaid || isUnchanged || !form || faultsOf(form).length > 0}
              onClick={() => target && ask.mutate([{ op: 'set', item: `target/${target.number}`, fields: fields as Record<string, never> }])}
            >
              {t('plans.ask-change')}
            </Button>
            <Button danger disabled={isUnsaid} onClick={() => target && ask.mutate([{ op: 'remove', item: `target/${target.number}` }])}>
              {t('plans.ask-remove-target')}
            </Button>
            <Saved draft={draft} />
          </div>
        </>
      )}
    </Drawer>
  )
}

function TargetChoice({ plan, value, set }: { plan: Plan; value: PlanTarget | undefined; set: (target: PlanTarget) => void }) {
  const { t } = useTranslation()
  const words = useFigureWords()
  const filterOption = useOptionFilter()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        {t('plans.target')} <span className="required">{t('field.required')}</span>
      </label>
      <Select
        id={id}
        {...(value && { value: value.number })}
        placeholder={t('plans.ask-target-choose')}
        showSearch={{ filterOption }}
        onChange={(number: number) => {
          const target = plan.targets.find((one) => one.number === number)
          if (target) set(target)
        }}
        options={plan.targets.map((target) => ({ value: target.number, label: `${target.literal} · ${words.figure(target)}` }))}
      />
    </div>
  )
}
