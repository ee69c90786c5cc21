import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type ModelPlan, modelPlan } from '../../api/models'
import { DataTable } from '../../kit/DataTable'
import { Lamp } from '../../kit/Lamp'
import { Loaded } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { Sentence } from '../../kit/Sentence'
import { Code } from '../../kit/Text'
import { TitledLink } from '../../kit/TitledLink'
import { useWords } from '../../kit/words'

/** How a refresh would go: in which way, how each input is followed, what is kept between runs, the plan of the engine. */
export function Plan({ id }: { id: string }) {
  const { t } = useTranslation()
  const query = useQuery(modelPlan(id))
  return (
    <div className="padded">
      <Loaded query={query} doing={t('model.plan')}>
        {(plan) => (
          <>
            <Section title={t('model.strategy')}>
              <p>
                <Lamp state={plan.incremental ? 'good' : 'due'}>{t(plan.incremental ? 'model.can-incremental' : 'model.only-full')}</Lamp> <Sentence text={plan.why} />
              </p>
              <Inputs plan={plan} />
              {plan.state.length > 0 && (
                <>
                  <h3>{t('model.kept')}</h3>
                  <ul className="plain-list">
                    {plan.state.map((kept) => (
                      <li key={kept} className="wrap">
                        <Kept text={kept} />
                      </li>
                    ))}
                  </ul>
                </>
              )}
            </Section>
            <Section title={t('query.plan')}>
              <pre className="plan" tabIndex={0} translate="no" aria-label={t('query.plan')}>
                {plan.plan}
              </pre>
            </Section>
          </>
        )}
      </Loaded>
    </div>
  )
}

/** What is kept of each group: what makes the group, its rows, and the sums as the query writes them. */
function Kept({ text }: { text: string }) {
  const { t } = useTranslation()
  if (text === 'rows of the group') return t('told.kept-rows')
  const [, columns] = /^group: (.+)$/.exec(text) ?? []
  return columns ? t('told.kept-group', { columns }) : <Code>{text}</Code>
}

function Inputs({ plan }: { plan: ModelPlan }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <DataTable
      dense
      label={t('model.inputs')}
      rows={Object.entries(plan.inputs)}
      rowKey={([id]) => id}
      empty={null}
      columns={[
        { key: 'id', title: t('model.inputs'), render: ([id]) => <TitledLink id={id} /> },
        {
          key: 'by',
          title: t('model.followed'),
          render: ([, followed]) => (
            <>
              {word('followed', followed.by)} {followed.column && <Code>{followed.column}</Code>}
            </>
          ),
        },
        { key: 'why', title: t('model.why'), full: true, render: ([, followed]) => <span className="wrap"><Sentence text={followed.why} /></span> },
      ]}
    />
  )
}
