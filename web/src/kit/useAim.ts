import { useTranslation } from 'react-i18next'
import type { MetricAnswer } from '../api/metrics'
import { type Aim, aimOf, exact } from './figure'

/** What the target of a metric asks for, in the language of the reader. */
export function useAim() {
  const { t, i18n } = useTranslation()
  return (target: Aim, answer: Pick<MetricAnswer, 'unit' | 'decimals'>, write = exact) => aimOf(target, answer, i18n.language, t('comparison.change'), write)
}
