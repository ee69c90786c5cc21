import { useTranslation } from 'react-i18next'
import type { Lineage, LineageNode } from '../../api/lineage'
import { DatasetLink } from '../../kit/Text'
import { isSource, reach } from './layout'
import { useContacts } from './useContacts'

/** Whom to call before this is changed: everybody who is responsible for something made of it. */
export function Impact({ graph }: { graph: Lineage }) {
  const { t } = useTranslation()
  const hit = reach(graph.root, graph.edges, 'down')
  const nodes = graph.nodes.filter(({ id }) => hit.has(id) && !isSource(id))
  const contacts = useContacts(nodes.map(({ id }) => id))
  const owners = new Map<string, LineageNode[]>()
  for (const node of nodes) owners.set(node.owner, [...(owners.get(node.owner) ?? []), node])
  return (
    <section className="impact" aria-label={t('lineage.call')}>
      <h3>{nodes.length === 0 ? t('lineage.no-impact') : t('lineage.impact-count', { count: nodes.length, owners: owners.size })}</h3>
      <ul className="call-list">
        {[...owners].map(([owner, affected]) => (
          <li key={owner}>
            <strong>{owner}</strong>{' '}
            <Phones numbers={affected.flatMap(({ id }) => contacts.get(id) ?? [])} />
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

function Phones({ numbers }: { numbers: string[] }) {
  const { t } = useTranslation()
  if (numbers.length === 0) return <span className="hint">{t('lineage.no-phone')}</span>
  return [...new Set(numbers)].map((number) => (
    <a key={number} href={`tel:${number}`} className="phone">
      {number}
    </a>
  ))
}
