import { useTranslation } from 'react-i18next'
import type { Explained } from '../../api/explain'
import { DataTable } from '../../kit/DataTable'
import { Section } from '../../kit/Page'
import { Code, Num, Short } from '../../kit/Text'
import { TitledLink } from '../../kit/TitledLink'
import { useWords } from '../../kit/words'
import * as format from '../../kit/format'

/** What a question would cost, what it reads, where each column comes from, and the plan of the engine. */
export function Explanation({ explained, milliseconds }: { explained: Explained; milliseconds: number }) {
  const { t, i18n } = useTranslation()
  const { word, type } = useWords()
  const flows = explained.lineage?.columns ?? []
  return (
    <>
      <Section title={t('query.cost')} extra={format.elapsed(milliseconds, i18n.language)}>
        <dl className="counts-line">
          <div>
            <dt>{t('query.rows-estimate')}</dt>
            <dd>{typeof explained.rows_estimate === 'number' ? <Short value={explained.rows_estimate} /> : t('query.unknown')}</dd>
          </div>
          <div>
            <dt>{t('query.bytes-estimate')}</dt>
            <dd>{typeof explained.bytes_estimate === 'number' ? format.size(explained.bytes_estimate, i18n.language) : t('query.unknown')}</dd>
          </div>
          <div>
            <dt>{t('query.columns')}</dt>
            <dd>
              <Num value={explained.columns.length} />
            </dd>
          </div>
        </dl>
        <DataTable
          dense
          label={t('query.inputs')}
          rows={explained.inputs}
          rowKey={(input) => input.dataset}
          empty={null}
          columns={[
            { key: 'dataset', title: t('query.inputs'), render: (input) => <TitledLink id={input.dataset} /> },
            { key: 'version', title: t('dataset.version'), align: 'right', render: (input) => (typeof input.version === 'number' ? <Num value={input.version} /> : '—') },
            { key: 'rows', title: t('dataset.rows'), align: 'right', render: (input) => <Short value={input.rows} /> },
            { key: 'bytes', title: t('batch.size'), align: 'right', render: (input) => format.size(input.bytes, i18n.language) },
          ]}
        />
      </Section>
      {flows.length > 0 && (
        <Section title={t('query.flows')} flush>
          <DataTable
            dense
            label={t('query.flows')}
            rows={flows}
            rowKey={(column) => column.name}
            empty={null}
            columns={[
              { key: 'name', title: t('query.column'), render: (column) => <Code>{column.name}</Code> },
              { key: 'type', title: t('field.type'), render: (column) => type(explained.columns.find(({ name }) => name === column.name)?.type ?? '—') },
              {
                key: 'from',
                title: t('lineage.made-of'),
                full: true,
                render: (column) => (
                  <ul className="wrap">
                    {column.from.map((flow) => (
                      <li key={`${flow.dataset}${flow.column}${flow.kind}`}>
                        <Code>
                          {flow.dataset}.{flow.column}
                        </Code>{' '}
                        <span className="hint">{word('flow', flow.kind)}</span>
                      </li>
                    ))}
                  </ul>
                ),
              },
            ]}
          />
        </Section>
      )}
      <Section title={t('query.plan')}>
        <pre className="plan" tabIndex={0} translate="no" aria-label={t('query.plan')}>
          {explained.plan}
        </pre>
      </Section>
    </>
  )
}
