import {
  BaseEdge,
  Background,
  Controls,
  type Edge,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  getBezierPath,
  useReactFlow,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Lineage } from '../../api/lineage'
import { useWords } from '../../kit/words'
import { type Lane, NODE_WIDTH, type Placed, columnOf, datasetOf, isDirect, isSource, layOut, packOf, pairs, reach } from './layout'

interface Props {
  graph: Lineage
  lanes: 'pack' | 'owner'
  withColumns: boolean
  isImpact: boolean
  packTitle: (id: string) => string
}

type DatasetNode = Node<{ placed: Placed; tone: Tone; title: (column: string) => string }, 'dataset'>
type LaneNode = Node<{ lane: Lane; width: number }, 'lane'>
type Tone = 'root' | 'hit' | 'plain'
type FlowEdge = Edge<{ isHit: boolean; isDirect: boolean }>

export default function Graph(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  )
}

function Flow({ graph, lanes, withColumns, isImpact, packTitle }: Props) {
  const { t } = useTranslation()
  const { nodes, edges, height } = useMemo(() => {
    const laneOf = lanes === 'owner' ? (node: { owner: string }) => node.owner : (node: { id: string }) => packTitle(packOf(node.id))
    return drawn(graph, layOut(graph, laneOf, withColumns), withColumns, isImpact)
  }, [graph, lanes, withColumns, isImpact, packTitle])
  return (
    <div className={`lineage-graph lineage-height-${Math.min(4, Math.ceil(height / 160))}`}>
      <ReactFlow
        // Another graph is another picture, seen as a whole.
        key={`${graph.root}/${nodes.length}/${edges.length}/${lanes}/${withColumns}`}
        aria-label={t('lineage.picture')}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.06 }}
        minZoom={0.15}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          'controls.ariaLabel': t('lineage.controls'),
          'controls.zoomIn.ariaLabel': t('lineage.zoom-in'),
          'controls.zoomOut.ariaLabel': t('lineage.zoom-out'),
          'controls.fitView.ariaLabel': t('lineage.fit'),
        }}
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  )
}

function drawn(graph: Lineage, layout: ReturnType<typeof layOut>, withColumns: boolean, isImpact: boolean) {
  const root = datasetOf(graph.root)
  const hit = isImpact ? reach(root, graph.edges, 'down') : new Map<string, number>()
  const tone = (id: string): Tone => (id === root ? 'root' : hit.has(id) ? 'hit' : 'plain')
  const bands = layout.lanes.map<LaneNode>((lane) => ({
    id: `lane/${lane.name}`,
    type: 'lane',
    position: { x: -16, y: lane.y },
    data: { lane, width: layout.width + 32 },
    zIndex: -1,
    width: layout.width + 32,
    height: lane.height,
  }))
  const boxes = layout.placed.map<DatasetNode>((placed) => ({
    id: placed.node.id,
    type: 'dataset',
    position: { x: placed.x, y: placed.y },
    width: NODE_WIDTH,
    height: placed.height,
    data: {
      placed,
      tone: tone(placed.node.id),
      title: (column) => placed.node.columns?.find(({ name }) => name === column)?.title ?? column,
    },
  }))
  const isHit = (from: string, to: string) => isImpact && (from === root || hit.has(from)) && hit.has(to)
  const lines = withColumns
    ? graph.edges.map((edge) => ({ ...edge, kinds: [edge.kind] }))
    : pairs(graph.edges)
  const edges = lines
    .filter(({ from, to }) => datasetOf(from) !== datasetOf(to))
    .map<FlowEdge>(({ from, to, kinds }) => ({
      id: `${from}>${to}>${kinds.join('+')}`,
      source: datasetOf(from),
      target: datasetOf(to),
      sourceHandle: `out/${columnOf(from) ?? ''}`,
      targetHandle: `in/${columnOf(to) ?? ''}`,
      type: 'flow',
      data: { isHit: isHit(datasetOf(from), datasetOf(to)), isDirect: isDirect(kinds) },
      markerEnd: { type: MarkerType.ArrowClosed, color: 'context-stroke' },
    }))
  const bottom = layout.lanes.at(-1)
  return { nodes: [...bands, ...boxes], edges, height: bottom ? bottom.y + bottom.height : 0 }
}

function DatasetBox({ data: { placed, tone, title } }: NodeProps<DatasetNode>) {
  const { t } = useTranslation()
  const { word } = useWords()
  const flow = useReactFlow()
  const { node } = placed
  // What has the focus is in sight.
  const show = () =>
    void flow.setCenter(placed.x + NODE_WIDTH / 2, placed.y + placed.height / 2, { zoom: Math.max(0.8, flow.getZoom()) })
  return (
    <div className={`lineage-node lineage-${tone}`}>
      <Handle type="target" position={Position.Left} id="in/" isConnectable={false} />
      <Handle type="source" position={Position.Right} id="out/" isConnectable={false} />
      <div className="lineage-node-head">
        {isSource(node.id) ? (
          <span className="lineage-node-title">{node.title}</span>
        ) : (
          <Link
            to={`/lineage?of=${encodeURIComponent(node.id)}`}
            className="lineage-node-title"
            title={node.id}
            aria-current={tone === 'root' ? 'true' : undefined}
            onFocus={(event) => event.currentTarget.matches(':focus-visible') && show()}
            translate="no"
          >
            {tone === 'hit' && <span aria-hidden="true">▲ </span>}
            {node.title}
          </Link>
        )}
        <span className="lineage-node-about">
          {[word('origin', node.origin), node.owner].filter(Boolean).join(' · ')}
          {tone === 'hit' && <span className="visually-hidden"> · {t('lineage.affected')}</span>}
        </span>
      </div>
      {placed.columns.map((column) => (
        <div key={column} className="lineage-column">
          <Handle type="target" position={Position.Left} id={`in/${column}`} isConnectable={false} />
          <Link
            to={`/lineage?of=${encodeURIComponent(`${node.id}.${column}`)}&columns=yes`}
            title={column}
            translate="no"
            onFocus={(event) => event.currentTarget.matches(':focus-visible') && show()}
          >
            {title(column)}
          </Link>
          <Handle type="source" position={Position.Right} id={`out/${column}`} isConnectable={false} />
        </div>
      ))}
    </div>
  )
}

function LaneBand({ data: { lane } }: NodeProps<LaneNode>) {
  return (
    <div className="lineage-lane">
      <span className="lineage-lane-name">{lane.name}</span>
    </div>
  )
}

function FlowLine({ id, data, markerEnd, ...ends }: EdgeProps<FlowEdge>) {
  const [path] = getBezierPath(ends)
  const look = `lineage-line ${data?.isHit ? 'lineage-line-hit' : ''} ${data?.isDirect ? '' : 'lineage-line-indirect'}`
  return <BaseEdge id={id} path={path} className={look} {...(markerEnd && { markerEnd })} />
}

const nodeTypes = { dataset: DatasetBox, lane: LaneBand }
const edgeTypes = { flow: FlowLine }

