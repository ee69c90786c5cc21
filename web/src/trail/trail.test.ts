import { describe, expect, test } from 'vitest'
import type { Batch } from '../api/types'
import { askOf } from '../kit/trail'
import { periodOf } from '../kit/span'
import { delivered } from './deliveries'
import { beginning } from './Rows'

describe('the question of one number', () => {
  const area = { dimension: 'area', value: '320902', name: { zh: '亭湖区' } }
  test('has its period, its values, and what the page was narrowed to', () =>
    expect(askOf('a.b', '2025-06', [area], { operator: ['CM'] })).toEqual({ metric: 'a.b', period: '2025-06', only: { operator: ['CM'], area: ['320902'] } }))
  test('stands for data without a value by an empty one, and is none without a period', () => {
    expect(askOf('a.b', '2025', [{ dimension: 'area', value: null }])?.only).toEqual({ area: [''] })
    expect(askOf('a.b', null)).toBeUndefined()
  })
})

describe('the deliveries of a step', () => {
  const columns = ['id', '_batch', '_row'].map((name) => ({ name, type: 'text' }))
  const batch = (id: string) => ({ id }) as Batch
  test('have the lines of the rows that are shown, in order; the one with most lines first', () => {
    const step = { columns, rows: [['x', 'b1', 7], ['y', 'b2', 9], ['z', 'b2', 2], ['w', null, 1]], deliveries: { b1: batch('b1'), b2: batch('b2') } }
    expect(delivered(step).map(({ batch: { id }, lines }) => [id, lines])).toEqual([['b2', [2, 9]], ['b1', [7]]])
  })
  test('of rows that came another way are none', () => expect(delivered({ columns, rows: [['x', 'gone', 1]], deliveries: {} })).toEqual([]))
})

describe('the rows of a step', () => {
  test('begin with where each came from', () => {
    const columns = ['id', 'name', '_batch', '_row'].map((name) => ({ name }))
    const shown = beginning({ columns, rows: [['1', 'a', 'b1', 7]] })
    expect(shown.columns.map(({ name }) => name)).toEqual(['_batch', '_row', 'id', 'name'])
    expect(shown.rows).toEqual([['b1', 7, '1', 'a']])
  })
  test('say the period that a day stands for', () =>
    expect(['month', 'quarter', 'year', 'day'].map((grain) => periodOf('2025-12-01', grain))).toEqual(['2025-12', '2025-Q4', '2025', '2025-12-01']))
})
