import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import type { Sight } from '../api/access'
import { sample } from '../api/queries'
import type { Answer } from '../api/types'
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

test.each([
  [true, 1],
  [false, 2],
])('a sample that counts (%s) is read %i times where everything is read again', async (isCounted, times) => {
  let asked = 0
  const queries = new QueryClient()
  const answer = { columns: [], rows: [] } as unknown as Answer
  const queryFn = () => {
    asked += 1
    return Promise.resolve(answer)
  }
  const stop = new QueryObserver(queries, { ...sample('a.b', isCounted), queryFn }).subscribe(() => {})
  await expect.poll(() => queries.isFetching()).toBe(0)
  await queries.invalidateQueries()
  stop()
  expect(asked).toBe(times)
})
