import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { modelPlan } from '../../api/models'
import { Loaded } from '../../kit/Loaded'
import { Section } from '../../kit/Page'

/** How a refresh would go: in which way, what is kept between runs, and the plan of the engine. */
export function Plan({ id }: { id: string }) {
  const { t } = useTranslation()
  const query = useQuery(modelPlan(id))
  return (
    <div className="padded">
      <Loaded query={query} doing={t('model.plan')}>
        {({ plan, ...rest }) => (
          <>
            <Section title={t('model.strategy')}>
              <dl className="facts facts-wide">
                {Object.entries(rest).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd translate="no">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
                  </div>
                ))}
              </dl>
            </Section>
            {plan && (
              <Section title={t('query.plan')}>
                <pre className="plan" tabIndex={0} translate="no" aria-label={t('query.plan')}>
                  {plan}
                </pre>
              </Section>
            )}
          </>
        )}
      </Loaded>
    </div>
  )
}
