import Select from 'antd/es/select'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Plan, PlanPoint } from '../../api/plans'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { units } from './structure'
import { useDecision } from './useReview'

interface Props {
  plan: Plan
  etag: string | undefined
  point: PlanPoint
  onClose: () => void
}

/** The joint meeting's office says who leads a point and who supports. */
export function AssignUnits({ plan, etag, point, onClose }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const filterOption = useOptionFilter()
  const [lead, setLead] = useState<string[]>(point.lead ? [point.lead] : [])
  const [supports, setSupports] = useState(point.supports)
  const decide = useDecision(plan.id, etag)
  const own = point.assignments.flatMap((one) => one.units.map(({ name }) => name))
  const options = [...new Set([...own, ...units(plan)])].map((name) => ({ value: name, label: name }))
  const save = (reason: string) =>
    decide.mutate(
      { points: [{ point: point.number, units: { ...(lead[0] && { lead: lead[0] }), supports: supports.filter((unit) => unit !== lead[0]) } }], reason },
      { onSuccess: onClose },
    )
  return (
    <ReasonDialog
      title={t('plans.assign-of', { point: `${point.label} ${point.title}` })}
      confirm={t('plans.assign-save')}
      stock={[t('plans.stock-meeting'), t('plans.stock-text')]}
      busy={decide.isPending}
      error={decide.error}
      onConfirm={save}
      onClose={onClose}
    >
      <div className="field">
        <label htmlFor={`${id}-lead`}>{t('plans.lead')}</label>
        <Select
          id={`${id}-lead`}
          mode="tags"
          maxCount={1}
          value={lead}
          placeholder={t('plans.lead-open')}
          showSearch={{ filterOption }}
          onChange={(next: string[]) => setLead(next.slice(-1))}
          options={options}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-supports`}>{t('plans.supports')}</label>
        <Select id={`${id}-supports`} mode="tags" value={supports} showSearch={{ filterOption }} onChange={(next: string[]) => setSupports(next)} options={options} />
      </div>
    </ReasonDialog>
  )
}
