import { useTranslation } from 'react-i18next'
import type { MetricAnswer } from '../../api/metrics'
import { Lamp } from '../../kit/Lamp'
import { useSpan } from '../../kit/useSpan'
import { useKeyName } from './useDimension'

/** How old the data are, who is missing, whether all of it is seen and counted, and whether a number was told differently before, said plainly. */
export function Freshness({ answer }: { answer: Pick<MetricAnswer, 'data' | 'freshness' | 'gaps' | 'restated' | 'is_part'> }) {
  const { t } = useTranslation()
  const span = useSpan()
  const nameOf = useKeyName()
  const { data, freshness, gaps, restated, is_part: isPart } = answer
  return (
    <ul className="plain-list freshness-list" aria-label={t('figure.freshness')}>
      <li>
        <Age freshness={freshness} />
      </li>
      {gaps.length > 0 && (
        <li>
          <Lamp state="due">
            {t('figure.gaps', {
              areas: gaps.map((gap) => t('figure.gap-of', { area: nameOf({ dimension: 'area', value: gap.area, name: gap.name ? { zh: gap.name } : null }), period: span(gap.period), newest: span(gap.newest) })).join(t('app.comma')),
            })}
          </Lamp>
        </li>
      )}
      {data.later_cells > 0 && (
        <li>
          <Lamp state="made-up">{t('figure.later', { count: data.later_cells })}</Lamp>
        </li>
      )}
      {isPart && (
        <li>
          <Lamp state="made-up">{t('figure.part')}</Lamp>
        </li>
      )}
      {restated && (
        <li>
          <Lamp state="made-up">{t('figure.restated')}</Lamp>
        </li>
      )}
    </ul>
  )
}

function Age({ freshness }: { freshness: MetricAnswer['freshness'] }) {
  const { t } = useTranslation()
  const span = useSpan()
  if (!freshness.newest) return <Lamp state="absent">{t('figure.no-data')}</Lamp>
  const newest = span(freshness.newest)
  if (typeof freshness.late_days === 'number') return <Lamp state="late">{t('figure.late', { newest, count: freshness.late_days })}</Lamp>
  const age = freshness.age_days ?? 0
  const words = age < 0 ? t('figure.running', { newest }) : t('figure.age', { newest, count: age })
  return (
    <>
      <Lamp state="good">{words}</Lamp>
      <span className="hint">{typeof freshness.promised_days === 'number' ? ` · ${t('figure.promised', { count: freshness.promised_days })}` : ` · ${t('facet.no-limit')}`}</span>
    </>
  )
}
