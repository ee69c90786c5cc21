import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Entry } from '../../api/ledger'
import { lineage } from '../../api/lineage'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { DatasetLink, Num } from '../../kit/Text'

/** Who uses it: how often it was asked for, and what is made of it. */
export function Uses({ entry }: { entry: Entry }) {
  const { t } = useTranslation()
  const made = useQuery(lineage({ of: entry.id, direction: 'down', depth: 1, columns: false }))
  return (
    <div className="padded two-columns">
      <Section title={t('entry.uses')}>
        <p className="figure">
          <Num value={entry.facts.uses_30_days} /> <span className="hint">{t('uses.times')}</span>
        </p>
        <p className="hint">{t('uses.about')}</p>
      </Section>
      <Section title={t('uses.made')}>
        <Loaded query={made} doing={t('uses.made')}>
          {(graph) => {
            const others = graph.nodes.filter((node) => node.id !== entry.id && node.origin === 'model')
            if (others.length === 0) return <Nothing title={t('uses.none')} />
            return (
              <>
                <ul className="plain-list">
                  {others.map((node) => (
                    <li key={node.id}>
                      <DatasetLink id={node.id} title={node.title} /> <span className="hint">{node.owner}</span>
                    </li>
                  ))}
                </ul>
                <Link to={`/lineage?of=${encodeURIComponent(entry.id)}&impact=yes`} className="no-print">
                  {t('uses.impact')}
                </Link>
              </>
            )
          }}
        </Loaded>
      </Section>
    </div>
  )
}
