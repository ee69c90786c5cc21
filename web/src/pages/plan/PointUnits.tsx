import { useTranslation } from 'react-i18next'
import type { PlanPoint } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'

/** Who leads a point and who supports; an open lead is said as such. */
export function PointUnits({ point }: { point: PlanPoint }) {
  const { t } = useTranslation()
  const supports = point.supports.filter((unit) => unit !== point.lead)
  return (
    <dl className="plan-units">
      <div>
        <dt>{t('plans.lead')}</dt>
        <dd>{point.lead ? <span translate="no">{point.lead}</span> : <Lamp state="due">{t('plans.lead-open')}</Lamp>}</dd>
      </div>
      {supports.length > 0 && (
        <div>
          <dt>{t(point.lead || point.assigned ? 'plans.supports' : 'plans.shared')}</dt>
          <dd translate="no">{supports.join(t('app.comma'))}</dd>
        </div>
      )}
    </dl>
  )
}
