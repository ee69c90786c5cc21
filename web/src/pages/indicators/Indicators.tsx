import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { indicatorSets } from '../../api/ledger'
import { useEntryTitle } from '../../kit/entry'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Tag } from '../../kit/Page'
import { Code } from '../../kit/Text'

/** The sets of indicators that somebody above asks for. */
export function IndicatorSets() {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const query = useQuery(indicatorSets)
  return (
    <Page title={t('menu.indicators')} about={t('indicators.about')}>
      <Loaded query={query} doing={t('menu.indicators')}>
        {({ sets }) =>
          sets.length === 0 ? (
            <div className="surface">
              <Nothing title={t('indicators.none')}>{t('indicators.none-help')}</Nothing>
            </div>
          ) : (
            <ul className="gallery">
              {sets.map((set) => (
                <li key={set.id} className="surface pack">
                  <div className="pack-head">
                    <h2>
                      <Link to={`/indicators/${set.id}`}>{title(set.title)}</Link>
                    </h2>
                    {set.sample && <Tag tone="soft">{t('indicators.sample')}</Tag>}
                  </div>
                  <Code>{set.id}</Code>
                  {set.about && <p className="pack-about">{set.about}</p>}
                  <p className="hint">
                    {t('indicators.count', { count: set.indicators })}
                    {set.basis && ` · ${t('indicators.basis')} ${set.basis}`}
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
