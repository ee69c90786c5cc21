import { expect, test } from 'vitest'
import type { Sight } from '../api/access'
import { usesLeft } from './useUsesLeft'

const sight = (dataset: string, policy: string, uses_left?: number): Sight => ({
  dataset,
  policy,
  about: null,
  basis: null,
  has_condition: false,
  columns: [],
  ...(uses_left !== undefined && { uses_left }),
})

test('of grants that are counted the one that ends first is told, and of what is not counted nothing', () => {
  const sights = [sight('a.b', 'grants/G1', 5), sight('a.b', 'grants/G2', 2), sight('a.b', 'base/staff'), sight('c.d', 'base/staff'), sight('e.f', 'grants/G3', 0)]
  expect([...usesLeft({ sights })]).toEqual([
    ['a.b', 2],
    ['e.f', 0],
  ])
})
