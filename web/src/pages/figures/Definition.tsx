import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { MetricDefinition } from '../../api/metrics'
import { exact, unitAfter } from '../../kit/figure'
import { Facts, Section } from '../../kit/Page'
import { Code } from '../../kit/Text'
import { unitName } from '../../kit/units'
import { useSpan } from '../../kit/useSpan'
import { useWords } from '../../kit/words'
import { useWorded } from '../declared/worded'

type Fact = [string, ReactNode]

/** What the number means, in words and as it is computed. */
export function Definition({ definition }: { definition: MetricDefinition }) {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const span = useSpan()
  const worded = useWorded()
  const { baseline, bounds, decimals, promised_days: promised, unit } = definition
  const size = (value: number) => `${exact(value, decimals, i18n.language)}${unitAfter(unit)}`
  const ends = [
    ...(typeof bounds?.below === 'number' ? [t('figure.bound-below', { bound: size(bounds.below) })] : []),
    ...(typeof bounds?.above === 'number' ? [t('figure.bound-above', { bound: size(bounds.above) })] : []),
  ]
  const query = `SELECT ${definition.measure} AS value\nFROM ${definition.model}${definition.condition ? `\nWHERE ${definition.condition}` : ''}`
  return (
    <Section title={t('figure.meaning')}>
      <p>{worded(definition.formula)}</p>
      {definition.about && <p className="hint">{worded(definition.about)}</p>}
      <Facts
        items={[
          [t('figure.basis'), definition.basis ? worded(definition.basis) : t('figure.no-basis')],
          [t('figure.unit-of'), definition.unit === '1' ? t('figure.ratio') : unitName(unit)],
          [t('figure.grain'), `${word('span', definition.grain)} · ${word('figure-across', definition.across)}`],
          [t('figure.direction'), word('figure-direction', definition.direction)],
          ...(baseline ? [[t('figure.baseline-of'), [span(baseline.period), size(baseline.value), baseline.source].filter(Boolean).join(' · ')] as Fact] : []),
          ...(ends.length > 0 ? [[t('figure.bounds'), ends.join(t('app.semicolon'))] as Fact] : []),
          [t('figure.promise'), typeof promised === 'number' ? t('figure.promise-days', { count: promised }) : t('facet.no-limit')],
          [t('figure.made-of'), <Link key="model" to={`/models/${definition.model}`}><Code>{definition.model}</Code></Link>],
          [t('figure.definition-version'), <Code key="version">{definition.version}</Code>],
        ]}
      />
      <details>
        <summary>{t('figure.sql')}</summary>
        <h3 className="figure-sql-head">{t('figure.measure-sql')}</h3>
        <pre className="plan" tabIndex={0} translate="no" aria-label={t('figure.measure-sql')}>
          {query}
        </pre>
        <h3 className="figure-sql-head">{t('figure.model-sql')}</h3>
        <pre className="plan" tabIndex={0} translate="no" aria-label={t('figure.model-sql')}>
          {definition.model_sql.trim()}
        </pre>
        <Link to={`/query?sql=${encodeURIComponent(query)}`} className="no-print">
          {t('dataset.query')}
        </Link>
      </details>
    </Section>
  )
}
