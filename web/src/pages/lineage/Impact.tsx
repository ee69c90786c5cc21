import { useTranslation } from 'react-i18next'
import type { Lineage, LineageNode } from '../../api/lineage'
import { DatasetLink } from '../../kit/Text'
import { reach } from './layout'

/** Whom to call before this is changed: everybody who is responsible for something made of it. */
export function Impact({ graph }: { graph: Lineage }) {
  const { t } = useTranslation()
  const hit = reach(graph.root, graph.edges, 'down')
  const nodes = graph.nodes.filter((node) => hit.has(node.id))
  const owners = new Map<string, LineageNode[]>()
  for (const node of nodes) owners.set(node.owner, [...(owners.get(node.owner) ?? []), node])
  return (
    <section className="impact" aria-label={t('lineage.call')}>
      <h3>{nodes.length === 0 ? t('lineage.no-impact') : t('lineage.impact-count', { count: nodes.length, owners: owners.size })}</h3>
      <ul className="call-list">
        {[...owners].map(([owner, affected]) => (
          <li key={owner}>
            <strong>{owner}</strong>{' '}
            {affected[0]?.owner_phone ? (
              <a href={`tel:${affected[0].owner_phone}`}>{affected[0].owner_phone}</a>
            ) : (
              <span className="hint">{t('lineage.no-phone')}</span>
            )}
            <ul className="inline-list">
              {affected.map((node) => (
                <li key={node.id}>
                  <DatasetLink id={node.id} title={node.title} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  )
}
