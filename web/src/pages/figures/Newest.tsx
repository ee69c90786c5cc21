import { useTranslation } from 'react-i18next'
import { type MetricAnswer, type MetricAsk, type MetricDefinition } from '../../api/metrics'
import { ChangeText, Figure } from '../../kit/Figure'
import { comparisonSign, exact, signed, unitAfter } from '../../kit/figure'
import { Lamp } from '../../kit/Lamp'
import { Facts, Section } from '../../kit/Page'
import { DatasetLink, Hint } from '../../kit/Text'
import { grainOf } from '../../kit/span'
import { askOf } from '../../kit/trail'
import { useSpan } from '../../kit/useSpan'
import { useWords } from '../../kit/words'
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
  const { unit, decimals, direction } = answer
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
          [t('figure.before'), <ChangeText key="before" change={group?.before} unit={unit} decimals={decimals} direction={direction} />],
          ...(isYear(answer) ? [] : [[t('figure.year-before'), <ChangeText key="year" change={group?.year_before} unit={unit} decimals={decimals} direction={direction} />] as [string, React.ReactNode]]),
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

/** The period before a year is that of the year before. */
export function isYear({ period }: MetricAnswer): boolean {
  return typeof period === 'string' && grainOf(period) === 'year'
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
      <ChangeText change={change} unit={unit} decimals={decimals} direction={direction} />{' '}
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
  const { word } = useWords()
  const span = useSpan()
  const { target, unit, decimals } = answer
  if (!target) return null
  const isChange = target.comparison === 'change'
  const sign = isChange ? word('comparison', 'change') : comparisonSign(target.comparison)
  const of = `${sign} ${(isChange ? signed : exact)(target.value, decimals, i18n.language)}${unitAfter(unit)}`
  const will = target.will_be_met
  return (
    <span className="stack">
      <Lamp state={target.met ? 'good' : target.met === false ? 'due' : 'absent'}>{t(target.met ? 'figure.met' : target.met === false ? 'figure.not-met' : 'figure.no-data')}</Lamp>
      <Hint>
        {of}
        {target.due && ` · ${span(target.due)}`}
        {typeof target.percent === 'number' && ` · ${t('figure.reached', { percent: exact(target.percent, 1, i18n.language) })}`}
        {target.met === false && typeof target.gap === 'number' && ` · ${t('figure.gap', { gap: `${exact(target.gap, decimals, i18n.language)}${unitAfter(unit)}` })}`}
      </Hint>
      {target.met === false && typeof will === 'boolean' && <Lamp state={will ? 'good' : 'late'}>{t(will ? 'figure.will-be-met' : 'figure.will-not-be-met')}</Lamp>}
    </span>
  )
}
