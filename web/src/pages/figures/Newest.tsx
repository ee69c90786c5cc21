import { useTranslation } from 'react-i18next'
import type { MetricAnswer, MetricAsk, MetricChange, MetricDefinition } from '../../api/metrics'
import { ChangeText, Figure } from '../../kit/Figure'
import { exact, unitAfter } from '../../kit/figure'
import { reachedPart } from '../../kit/format'
import { Lamp } from '../../kit/Lamp'
import { Facts, Section } from '../../kit/Page'
import { DatasetLink, Hint } from '../../kit/Text'
import { isYear } from '../../kit/span'
import { askOf, askOfOther } from '../../kit/trail'
import { useAim } from '../../kit/useAim'
import { useSpan } from '../../kit/useSpan'
import { Freshness } from './Freshness'
import { useDimension } from './useDimension'

interface Props {
  answer: MetricAnswer
  definition: MetricDefinition
  ask: MetricAsk | undefined
}

/** The number of the last period, and everything that qualifies it. */
export function Newest({ answer, definition, ask }: Props) {
  const { t } = useTranslation()
  const span = useSpan()
  const [group] = answer.groups
  const point = group?.points.at(-1)
  const { unit, decimals } = answer
  const narrowed = useDimension(definition).narrowed(ask?.only)
  return (
    <Section title={t('figure.newest')} extra={answer.period && span(answer.period)}>
      <p className="figure">
        <Figure number={point} unit={unit} decimals={decimals} bare ask={askOf(answer.metric, point?.period, [], ask?.only)} /> <span className="hint">{unitAfter(unit)}</span>
      </p>
      {narrowed.length > 0 && <Hint>{narrowed.join(t('app.semicolon'))}</Hint>}
      {point?.partial && point.through && <p><Lamp state="due">{t('figure.partial', { through: span(point.through) })}</Lamp></p>}
      <Facts
        items={[
          [t('figure.before'), <Compared key="before" answer={answer} with={group?.before} />],
          ...(isYear(answer.period) ? [] : [[t('figure.year-before'), <Compared key="year" answer={answer} with={group?.year_before} />] as [string, React.ReactNode]]),
          ...(answer.baseline ? [[t('figure.baseline'), <Baseline key="baseline" answer={answer} />] as [string, React.ReactNode]] : []),
          ...(answer.target ? [[t('figure.target'), <Standing key="target" answer={answer} />] as [string, React.ReactNode]] : []),
          [
            t('figure.data'),
            <span key="data">
              <DatasetLink id={answer.data.model} /> {typeof answer.data.version === 'number' && <Hint>{t('figure.version', { version: answer.data.version })}</Hint>}
            </span>,
          ],
        ]}
      />
      <Freshness answer={answer} />
    </Section>
  )
}

/** How the number differs from another, whose trail it opens. */
function Compared({ answer, with: other }: { answer: MetricAnswer; with: MetricChange | null | undefined }) {
  const { unit, decimals, direction } = answer
  return <ChangeText change={other} unit={unit} decimals={decimals} direction={direction} ask={askOfOther(answer, other)} />
}

function Baseline({ answer }: { answer: MetricAnswer }) {
  const { t, i18n } = useTranslation()
  const span = useSpan()
  const { baseline, unit, decimals, direction } = answer
  if (!baseline) return null
  if (baseline.missing || typeof baseline.value !== 'number') return <Lamp state="absent">{t('figure.baseline-missing')}</Lamp>
  const change = { period: baseline.period ?? '', state: 'value', value: baseline.value, change: baseline.change ?? null, percent: baseline.percent ?? null }
  return (
    <>
      {/* The baseline is one of the whole. */}
      {!answer.is_part && <ChangeText change={change} unit={unit} decimals={decimals} direction={direction} />}{' '}
      <Hint>
        {span(baseline.period)} {exact(baseline.value, decimals, i18n.language)}
        {unitAfter(unit)}
        {baseline.source && ` · ${baseline.source}`}
      </Hint>
    </>
  )
}

function Standing({ answer }: { answer: MetricAnswer }) {
  const { t, i18n } = useTranslation()
  const aim = useAim()
  const span = useSpan()
  const { target, unit, decimals } = answer
  if (!target) return null
  const will = target.will_be_met
  return (
    <span className="stack">
      {/* A number of a part of the rows is not held against what is asked of the whole. */}
      {!answer.is_part && <Lamp state={target.met ? 'good' : target.met === false ? 'due' : 'absent'}>{t(target.met ? 'figure.met' : target.met !== false ? 'figure.no-data' : target.is_due ? 'figure.not-met' : 'figure.not-yet-met')}</Lamp>}
      <Hint>
        {aim(target, answer)}
        {target.due && ` · ${span(target.due)}`}
        {typeof target.percent === 'number' && ` · ${t('figure.reached', { percent: reachedPart(target.percent / 100) })}`}
        {target.met === false && typeof target.gap === 'number' && ` · ${t('figure.gap', { gap: `${exact(target.gap, decimals, i18n.language)}${unitAfter(unit)}` })}`}
      </Hint>
      {target.met === false && typeof will === 'boolean' && <Lamp state={will ? 'good' : 'late'}>{t(will ? 'figure.will-be-met' : 'figure.will-not-be-met')}</Lamp>}
    </span>
  )
}
