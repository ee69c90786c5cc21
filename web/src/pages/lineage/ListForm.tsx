import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Lineage, LineageEdge, LineageNode } from '../../api/lineage'
import { type Column, DataTable } from '../../kit/DataTable'
import { ExportButton } from '../../kit/ExportButton'
import { Code, DatasetLink, Hint } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { columnOf, datasetOf, isSource, pairs, ranks, reach } from './layout'
import { useContacts } from './useContacts'

interface Line {
  node: LineageNode
  where: string
  from: { id: string; title: string; kinds: string[] }[]
  columns: LineageEdge[]
}

/** The same graph as lines: for paper, for the ear, and for whoever has to call everybody on it. */
export function ListForm({ graph }: { graph: Lineage }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const lines = useLines(graph)
  const contacts = useContacts(lines.flatMap(({ node }) => (isSource(node.id) ? [] : node.id)))
  const kinds = (list: string[]) => list.map((kind) => word('flow', kind)).join(t('app.comma'))
  const columns: Column<Line>[] = [
    {
      key: 'title',
      title: t('dataset.one'),
      render: ({ node }) => (
        <div className="two-lines">
          {isSource(node.id) ? <span>{node.title}</span> : <DatasetLink id={node.id} title={node.title} />}
          <Code>{node.id}</Code>
        </div>
      ),
    },
    { key: 'where', title: t('lineage.where'), render: ({ where }) => where },
    {
      key: 'from',
      title: t('lineage.made-of'),
      full: true,
      render: ({ from }) =>
        from.length === 0 ? (
          <Hint>{t('lineage.source')}</Hint>
        ) : (
          <ul className="wrap">
            {from.map((one) => (
              <li key={one.id}>
                {one.title} <Hint>{kinds(one.kinds)}</Hint>
              </li>
            ))}
          </ul>
        ),
    },
    {
      key: 'columns',
      title: t('lineage.column-flows'),
      full: true,
      render: ({ node, columns: flows }) => <Flows flows={flows} node={node} nodes={graph.nodes} />,
    },
    { key: 'grade', title: t('dataset.grade'), render: ({ node }) => word('grade', node.grade) },
    {
      key: 'owner',
      title: t('dataset.owner'),
      render: ({ node }) => (
        <div className="two-lines">
          <span>{node.owner}</span>
          {node.steward && <Hint>{node.steward}</Hint>}
          {contacts.has(node.id) && <a href={`tel:${contacts.get(node.id)}`}>{contacts.get(node.id)}</a>}
        </div>
      ),
    },
  ]
  return (
    <>
      <div className="toolbar padded-line no-print">
        <ExportButton
          size="small"
          name={t('menu.lineage')}
          columns={[t('dataset.one'), t('dataset.id'), t('lineage.where'), t('lineage.made-of'), t('dataset.grade'), t('dataset.owner'), t('dataset.phone')]}
          rows={() =>
            lines.map(({ node, where, from }) => [
              node.title, node.id, where, from.map((one) => `${one.title} (${kinds(one.kinds)})`).join('; '),
              word('grade', node.grade), node.owner, contacts.get(node.id) ?? null,
            ])
          }
        />
      </div>
      <DataTable label={t('lineage.list')} columns={columns} rows={lines} rowKey={({ node }) => node.id} empty={null} />
    </>
  )
}

function Flows({ flows, node, nodes }: { flows: LineageEdge[]; node: LineageNode; nodes: LineageNode[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const titleIn = (one: LineageNode | undefined, column: string) => one?.columns?.find(({ name }) => name === column)?.title ?? column
  const named = (end: string) => {
    const from = nodes.find(({ id }) => id === datasetOf(end))
    return `${from?.title ?? datasetOf(end)} · ${titleIn(from, columnOf(end) ?? '')}`
  }
  const into = (end: string) => {
    const column = columnOf(end)
    return column === undefined ? t('lineage.rows') : titleIn(node, column)
  }
  if (flows.length === 0) return '—'
  return (
    <ul className="wrap flows">
      {flows.map((flow) => (
        <li key={`${flow.from}${flow.to}${flow.kind}`}>
          <Link to={`/lineage?of=${encodeURIComponent(flow.from)}&form=list`} title={flow.from} translate="no">
            {named(flow.from)}
          </Link>{' '}
          → <span title={flow.to}>{into(flow.to)}</span> <Hint>{word('flow', flow.kind)}</Hint>
        </li>
      ))}
    </ul>
  )
}

function useLines(graph: Lineage): Line[] {
  const { t } = useTranslation()
  const title = (id: string) => graph.nodes.find((node) => node.id === id)?.title ?? id
  const up = reach(graph.root, graph.edges, 'up')
  const down = reach(graph.root, graph.edges, 'down')
  const rank = ranks(graph.nodes, graph.edges)
  const between = pairs(graph.edges)
  const where = (id: string) => {
    if (id === datasetOf(graph.root)) return t('lineage.itself')
    if (up.has(id)) return t('lineage.up-by', { count: up.get(id) ?? 0 })
    if (down.has(id)) return t('lineage.down-by', { count: down.get(id) ?? 0 })
    return t('lineage.aside')
  }
  return [...graph.nodes]
    .sort((one, other) => (rank.get(one.id) ?? 0) - (rank.get(other.id) ?? 0))
    .map((node) => ({
      node,
      where: where(node.id),
      from: between.filter(({ to }) => to === node.id).map(({ from, kinds }) => ({ id: from, title: title(from), kinds })),
      columns: graph.edges.filter((edge) => datasetOf(edge.to) === node.id && columnOf(edge.from) !== undefined),
    }))
}
