import { useTranslation } from 'react-i18next'
import type { MetricAnswer } from '../api/metrics'
import { type Aim, aimOf, exact } from './figure'
import { useWords } from './words'

/** What the target of a metric asks for, in the language of the reader. */
export function useAim() {
  const { i18n } = useTranslation()
  const { word } = useWords()
  return (target: Aim, answer: Pick<MetricAnswer, 'unit' | 'decimals'>, write = exact) => aimOf(target, answer, i18n.language, word('comparison', 'change'), write)
}
