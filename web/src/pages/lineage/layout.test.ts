import { expect, test } from 'vitest'
import type { Lineage } from '../../api/lineage'
import { flowing, isDirect, isSource, layOut, packOf, pairs, ranks, reach } from './layout'

const node = (id: string) => ({ id, title: id, origin: 'collect', owner: id.split('.')[0] ?? '', columns: [] })
const graph: Lineage = {
  root: 'b.two',
  nodes: ['a.one', 'b.two', 'c.three', 'c.four'].map(node),
  edges: [
    { from: 'a.one.x', to: 'b.two.x', kind: 'copied' },
    { from: 'a.one.y', to: 'b.two', kind: 'filter' },
    { from: 'b.two.x', to: 'c.three.n', kind: 'aggregated' },
    { from: 'a.one', to: 'c.three', kind: 'join' },
    { from: 'c.three.n', to: 'c.four.n', kind: 'copied' },
  ],
  truncated: false,
  deeper: false,
}

test('a dataset stands to the right of everything that it is made of', () => {
  expect(Object.fromEntries(ranks(graph.nodes, graph.edges))).toEqual({ 'a.one': 0, 'b.two': 1, 'c.three': 2, 'c.four': 3 })
})

test('a circle does not go on for ever', () => {
  const round = [...graph.edges, { from: 'c.four', to: 'a.one', kind: 'copied' }]
  expect([...ranks(graph.nodes, round).values()].every(Number.isFinite)).toBe(true)
  expect(reach('a.one', round, 'down').size).toBe(3)
})

test('impact is everything downstream, with its distance, and nothing upstream', () => {
  expect([...reach('b.two.x', graph.edges, 'down')]).toEqual([['c.three', 1], ['c.four', 2]])
  expect([...reach('b.two', graph.edges, 'up')]).toEqual([['a.one', 1]])
})

test('what a check looks up elsewhere is no flow, and makes no circle', () => {
  const checked = { ...graph, nodes: [...graph.nodes, node('d.five')], edges: [...graph.edges, { from: 'c.four.n', to: 'a.one.x', kind: 'reference' }, { from: 'd.five', to: 'b.two', kind: 'reference' }] }
  expect(flowing(checked).nodes.map(({ id }) => id)).toEqual(['a.one', 'b.two', 'c.three', 'c.four'])
  expect(flowing(checked).edges).toEqual(graph.edges)
})

test('a source belongs to its pack, and is no dataset', () => {
  expect(packOf('source:population.resident_export')).toBe('population')
  expect(packOf('population.resident')).toBe('population')
  expect([isSource('source:a.b'), isSource('a.b')]).toEqual([true, false])
})

test('flows between two datasets are one line that tells all kinds', () => {
  expect(pairs(graph.edges)[0]).toEqual({ from: 'a.one', to: 'b.two', kinds: ['copied', 'filter'] })
  expect(isDirect(['filter', 'join'])).toBe(false)
  expect(isDirect(['filter', 'copied'])).toBe(true)
})

test('nothing lies over anything else, and lanes do not overlap', () => {
  for (const withColumns of [false, true]) {
    const { placed, lanes } = layOut(graph, (one) => one.owner, withColumns)
    expect(lanes.map((lane) => lane.name)).toEqual(['a', 'b', 'c'])
    lanes.reduce((before, lane) => {
      expect(lane.y).toBeGreaterThanOrEqual(before.y + before.height)
      return lane
    })
    for (const one of placed) {
      const lane = lanes.find(({ name }) => name === one.node.owner)
      expect(one.y).toBeGreaterThan(lane?.y ?? 0)
      expect(one.y + one.height).toBeLessThanOrEqual((lane?.y ?? 0) + (lane?.height ?? 0))
    }
    expect(placed.find(({ node: { id } }) => id === 'a.one')?.columns).toEqual(withColumns ? ['x', 'y'] : [])
  }
})
