import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { MetricDefinition } from '../../api/metrics'
import { Facts, Section } from '../../kit/Page'
import { Code } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { useWorded } from '../declared/worded'

/** What the number means, in words and as it is computed. */
export function Definition({ definition }: { definition: MetricDefinition }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const worded = useWorded()
  const query = `SELECT ${definition.measure} AS value\nFROM ${definition.model}${definition.condition ? `\nWHERE ${definition.condition}` : ''}`
  return (
    <Section title={t('figure.meaning')}>
      <p>{definition.formula}</p>
      {definition.about && <p className="hint">{worded(definition.about)}</p>}
      <Facts
        items={[
          [t('figure.basis'), definition.basis ?? t('figure.no-basis')],
          [t('figure.unit-of'), definition.unit === '1' ? t('figure.ratio') : definition.unit],
          [t('figure.grain'), `${word('span', definition.grain)} · ${word('figure-across', definition.across)}`],
          [t('figure.direction'), word('figure-direction', definition.direction)],
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
