import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricAnswer, MetricDefinition } from '../../api/metrics'
import { Chart } from '../../kit/Chart'
import { useEntryTitle } from '../../kit/entry'
import { ExportButton } from '../../kit/ExportButton'
import { Figure } from '../../kit/Figure'
import { exact, unitAfter, valueOf } from '../../kit/figure'
import { Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { askOf } from '../../kit/trail'
import { unitName } from '../../kit/units'
import { useSpan } from '../../kit/useSpan'
import { useWords } from '../../kit/words'
import type { View } from './asks'
import { type Words, pictured, pointAt, total } from './series'

interface Props {
  answer: MetricAnswer
  definition: MetricDefinition
  view: View
}

/** How the number went, and where it goes. */
export function Series({ answer, definition, view }: Props) {
  const { t } = useTranslation()
  const span = useSpan()
  const title = useEntryTitle()
  const words: Words = useMemo(
    () => ({
      value: t('figure.value'), yearBefore: t('figure.last-year'), forecast: t('figure.foreseen'), range: t('figure.range'), span,
      partial: (period) => t('figure.part-of', { period }),
    }),
    // The words change with the language only.
    [t],
  )
  const spec = useMemo(() => pictured(answer, view.points, view.withYearBefore, words), [answer, view.points, view.withYearBefore, words])
  const sum = useMemo(() => total(answer, words), [answer, words])
  const name = title(definition.title)
  // Each number of the series walks to where it comes from, as the newest one does.
  const cell = (line: number, place: number) => {
    const point = pointAt(answer, view.points, view.withYearBefore, line, place)
    if (!point) return undefined
    return <Figure number={point} unit={answer.unit} decimals={answer.decimals} ask={askOf(answer.metric, point.period, [], view.only)} />
  }
  const isEmpty = spec.series.every(({ values }) => values.every((value) => value === null))
  return (
    <Section title={t('figure.series')} extra={!isEmpty && <Export answer={answer} definition={definition} />}>
      {isEmpty ? (
        <Nothing title={t('figure.no-data')}>{t('figure.no-data-help', { owner: definition.owner })}</Nothing>
      ) : (
        <Chart label={t('figure.series-of', { title: name })} spec={spec} names={t('figure.period')} cell={cell} />
      )}
      {sum && (
        <>
          <h3>{t('figure.total-ahead')}</h3>
          <Chart label={t('figure.total-ahead')} spec={sum} names={t('figure.period')} />
        </>
      )}
      {view.withForecast && <Method answer={answer} />}
    </Section>
  )
}

/** A forecast says how it was made and how far it was off before; where there is none, it says that. */
function Method({ answer }: { answer: MetricAnswer }) {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const { forecast, unit, decimals } = answer
  if (!forecast) return <p className="hint">{t('figure.no-forecast')}</p>
  return (
    <p className="hint">
      {t('figure.method', {
        method: word('figure-method', forecast.method),
        trials: forecast.trials,
        error: `${exact(forecast.past_error, Math.max(1, decimals), i18n.language)}${unitAfter(unit)}`,
        inside: exact(forecast.past_inside, 0, i18n.language),
      })}
    </p>
  )
}

function Export({ answer, definition }: { answer: MetricAnswer; definition: MetricDefinition }) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const { word } = useWords()
  return (
    <ExportButton
      size="small"
      name={title(definition.title)}
      columns={[t('figure.period'), t('figure.value'), t('field.unit'), t('figure.state'), t('figure.through'), t('figure.cells')]}
      rows={() => [
        ...(answer.groups[0]?.points ?? []).map((point) => [
          point.period, valueOf(point), unitName(answer.unit), point.partial && valueOf(point) !== null ? t('figure.partial-short') : word('figure-state', point.state), point.through ?? null, point.cells,
        ]),
        ...(answer.forecast?.points ?? []).map((point) => [point.period, point.value, unitName(answer.unit), `${t('figure.foreseen')} ${point.low} – ${point.high}`, null, null]),
      ]}
    />
  )
}
