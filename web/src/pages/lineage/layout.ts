import type { Lineage, LineageEdge, LineageNode } from '../../api/lineage'

/** Where things stand: from left to right by the way of the data, in lanes from top to bottom. */
export interface Placed {
  node: LineageNode
  rank: number
  x: number
  y: number
  height: number
  /** Columns that a flow here goes in or out of. */
  columns: string[]
}

export interface Lane {
  name: string
  y: number
  height: number
}

export interface Layout {
  placed: Placed[]
  lanes: Lane[]
  width: number
}

const SOURCE = 'source:'
export const NODE_WIDTH = 216
const GAP_X = 96
const GAP_Y = 14
const HEAD = 62
const ROW = 24
const LANE_PAD = 12
export const LANE_HEAD = 26

/** A source of rows is no dataset: it has no page and no lineage of its own. */
export function isSource(id: string): boolean {
  return id.startsWith(SOURCE)
}

export function packOf(id: string): string {
  return (isSource(id) ? id.slice(SOURCE.length) : id).split('.')[0] ?? id
}

/** `pack.dataset` of `pack.dataset.column`. */
export function datasetOf(id: string): string {
  return id.split('.').slice(0, 2).join('.')
}

export function columnOf(id: string): string | undefined {
  return id.split('.').slice(2).join('.') || undefined
}

/**
 * The graph without what checks look up elsewhere: no data flows there, and two registers that are checked against each
 * other would stand in a circle. What hangs on nothing else goes too.
 */
export function flowing(graph: Lineage): Lineage {
  const edges = graph.edges.filter(({ kind }) => kind !== 'reference')
  const near = new Set([datasetOf(graph.root), ...reach(graph.root, edges, 'up').keys(), ...reach(graph.root, edges, 'down').keys()])
  const held = edges.filter(({ from, to }) => near.has(datasetOf(from)) && near.has(datasetOf(to)))
  return { ...graph, edges: held, nodes: graph.nodes.filter(({ id }) => near.has(id)) }
}

/** Flows between datasets, each pair once with all kinds. */
export function pairs(edges: LineageEdge[]): { from: string; to: string; kinds: string[] }[] {
  const found = new Map<string, { from: string; to: string; kinds: string[] }>()
  for (const edge of edges) {
    const [from, to] = [datasetOf(edge.from), datasetOf(edge.to)]
    if (from === to) continue
    const pair = found.get(`${from}>${to}`) ?? { from, to, kinds: [] }
    if (!pair.kinds.includes(edge.kind)) pair.kinds.push(edge.kind)
    found.set(`${from}>${to}`, pair)
  }
  return [...found.values()]
}

/** Each dataset stands to the right of everything that it is made of. */
export function ranks(nodes: LineageNode[], edges: LineageEdge[]): Map<string, number> {
  const between = pairs(edges)
  const rank = new Map(nodes.map(({ id }) => [id, 0]))
  // A circle would never end; as many rounds as nodes are enough without one.
  for (let round = 0; round < nodes.length; round += 1) {
    let isDone = true
    for (const { from, to } of between) {
      const wanted = (rank.get(from) ?? 0) + 1
      if (rank.has(from) && (rank.get(to) ?? 0) < wanted && wanted <= nodes.length) {
        rank.set(to, wanted)
        isDone = false
      }
    }
    if (isDone) break
  }
  return rank
}

/** Everything that is made of `root`, with how far away it is; the other way round for what it is made of. */
export function reach(root: string, edges: LineageEdge[], direction: 'up' | 'down'): Map<string, number> {
  const between = pairs(edges)
  const far = new Map([[datasetOf(root), 0]])
  let edge = [datasetOf(root)]
  for (let step = 1; edge.length > 0; step += 1) {
    const next = between
      .filter(({ from, to }) => edge.includes(direction === 'down' ? from : to))
      .map(({ from, to }) => (direction === 'down' ? to : from))
      .filter((id) => !far.has(id))
    for (const id of next) far.set(id, step)
    edge = [...new Set(next)]
  }
  far.delete(datasetOf(root))
  return far
}

export function layOut(graph: Lineage, laneOf: (node: LineageNode) => string, withColumns: boolean): Layout {
  const rank = ranks(graph.nodes, graph.edges)
  const used = columnsUsed(graph.edges)
  // The lane that the data comes from is on top.
  const order = [...graph.nodes].sort((one, other) => (rank.get(one.id) ?? 0) - (rank.get(other.id) ?? 0))
  const names = [...new Set(order.map(laneOf))]
  const lanes: Lane[] = []
  const placed: Placed[] = []
  let top = 0
  for (const name of names) {
    const filled = new Map<number, number>()
    const start = top + LANE_HEAD + LANE_PAD
    for (const node of graph.nodes.filter((one) => laneOf(one) === name)) {
      const at = rank.get(node.id) ?? 0
      const columns = withColumns ? [...(used.get(node.id) ?? [])] : []
      const height = HEAD + columns.length * ROW
      const y = filled.get(at) ?? start
      placed.push({ node, rank: at, x: at * (NODE_WIDTH + GAP_X), y, height, columns })
      filled.set(at, y + height + GAP_Y)
    }
    const bottom = Math.max(start, ...filled.values()) - GAP_Y + LANE_PAD
    lanes.push({ name, y: top, height: bottom - top })
    top = bottom + GAP_Y
  }
  const width = (Math.max(0, ...rank.values()) + 1) * (NODE_WIDTH + GAP_X) - GAP_X
  return { placed, lanes, width }
}

function columnsUsed(edges: LineageEdge[]): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>()
  for (const end of edges.flatMap(({ from, to }) => [from, to])) {
    const column = columnOf(end)
    if (!column) continue
    const known = used.get(datasetOf(end)) ?? new Set()
    used.set(datasetOf(end), known.add(column))
  }
  return used
}

const DIRECT = ['copied', 'transformed', 'aggregated', 'reads', 'collects']

/** Whether values flow; otherwise the one only decides which rows the other has. */
export function isDirect(kinds: string[]): boolean {
  return kinds.some((kind) => DIRECT.includes(kind))
}
