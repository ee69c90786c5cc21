import { useTranslation } from 'react-i18next'
import type { FigureFields, PlanFigure, PlanTold } from '../../api/plans'
import { unitAfter } from '../../kit/figure'
import { useWords } from '../../kit/words'
import { COMPARISON_NAMES, OPEN_PERCENT, PERCENTAGE_POINT, amount, measured, reached, told } from './figure'

/** What figures say, in the language of the reader. A unit by itself stays that of the text; behind a number it is named. */
export function useFigureWords() {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const unit = (text: string) => {
    if (text === OPEN_PERCENT) return t('plans.unit-open')
    return text === PERCENTAGE_POINT ? t('plans.unit-point') : text
  }
  const plain = (value: number) => amount(value, i18n.language, t('plans.wan'), t('plans.yi'))
  const signs = {
    language: i18n.language,
    unit,
    wan: t('plans.wan'),
    yi: t('plans.yi'),
    up: (amount: string) => t('plans.up', { amount }),
    down: (amount: string) => t('plans.down', { amount }),
    level: t('plans.level'),
  }
  return {
    unit,
    figure: (fields: FigureFields) => told(fields, signs),
    /** What is reached or foreseen; a change says which way it goes. */
    reached: (number: PlanTold) => reached(number, signs),
    /** A number that somebody wrote, with every digit. */
    amount: plain,
    /** A number, or one that is written already, with its unit. */
    sized: (value: number | string, of: string | null | undefined) => `${typeof value === 'number' ? plain(value) : value}${unitAfter(unit(of ?? ''))}`,
    /** A number that was measured, with no more digits than its size deserves. */
    measured: (value: number) => measured(value, i18n.language),
    comparison: (sign: string) => word('comparison', COMPARISON_NAMES[sign] ?? sign),
    /** Doubts come in Chinese; a reader of English gets them by their code. */
    doubt: (doubt: PlanFigure['doubts'][number]) => (i18n.language === 'zh-CN' ? doubt.text : word('plan-doubt', doubt.code)),
  }
}
