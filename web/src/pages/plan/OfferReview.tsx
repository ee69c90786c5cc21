import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import type { PlanOffer } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import { Decided } from './Decided'
import { FigureFields } from './FigureFields'
import { emptyForm } from './figure'
import type { OfferWork } from './review'

interface Props {
  offer: PlanOffer
  due: string
  work: OfferWork | undefined
  set: (work: OfferWork | undefined) => void
}

/** What may be a figure and may be none: a person says which. */
export function OfferReview({ offer, due, work, set }: Props) {
  const { t } = useTranslation()
  const { literal } = offer
  const guess = () => ({ ...emptyForm(due), value: /\d[\d,.]*/.exec(literal)?.[0] ?? literal })
  return (
    <li className="plan-review-figure" aria-label={t('plans.offer-n', { literal })}>
      <div className="plan-review-head">
        <span className="plan-literal" translate="no">
          {literal}
        </span>
        <Lamp state={offer.decided ? 'good' : work ? 'busy' : 'due'}>{t('plans.offer')}</Lamp>
        <span className="hint" lang="zh-CN">
          {offer.why}
        </span>
      </div>
      {offer.decided && <Decided by={offer.decided} />}
      {work?.isFigure && work.form && <FigureFields form={work.form} set={(form) => set({ isFigure: true, form })} />}
      <div className="actions">
        <Button size="small" aria-pressed={work?.isFigure === true} type={work?.isFigure === true ? 'primary' : 'default'} onClick={() => set({ isFigure: true, form: work?.form ?? guess() })}>
          {t('plans.offer-yes')}
        </Button>
        <Button size="small" aria-pressed={work?.isFigure === false} type={work?.isFigure === false ? 'primary' : 'default'} onClick={() => set({ isFigure: false })}>
          {t('plans.offer-no')}
        </Button>
      </div>
    </li>
  )
}
