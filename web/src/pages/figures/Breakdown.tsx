import { useTranslation } from 'react-i18next'
import type { MetricAnswer, MetricAsk, MetricDefinition } from '../../api/metrics'
import { Section } from '../../kit/Page'
import { useSpan } from '../../kit/useSpan'
import { Ranking } from './Ranking'
import { useDimension } from './useDimension'

interface Props {
  dimension: string
  definition: MetricDefinition
  answer: MetricAnswer
  ask: MetricAsk | undefined
}

/** The number by one of its other dimensions. */
export function Breakdown({ dimension, definition, answer, ask }: Props) {
  const { t } = useTranslation()
  const { titleOf } = useDimension(definition)
  const span = useSpan()
  const title = t('figure.by', { dimension: titleOf(dimension) })
  return (
    <Section title={title} extra={answer.period && span(answer.period)}>
      <Ranking label={title} names={titleOf(dimension)} answer={answer} ask={ask} />
    </Section>
  )
}
