import { expect, test } from 'vitest'
import type { Answer } from '../../api/types'
import { charted, listSql, number } from './spec'

const answer = (names: string[], rows: Answer['rows']): Answer => ({
  columns: names.map((name) => ({ name, type: 'text' })), rows, versions: {}, truncated: false,
})

test('each series is a line over the same names, with a gap where it has nothing', () => {
  const declared = { title: { zh: 't' }, type: 'line', sql: '', x: 'month', y: ['pm'], series: 'station', unit: 'µg/m³' }
  const rows: Answer['rows'] = [['1', 'a', 10], ['2', 'a', '11.5'], ['2', 'b', null]]
  expect(charted(declared, answer(['month', 'station', 'pm'], rows), 'title')).toEqual({
    kind: 'line', x: ['1', '2'], unit: 'µg/m³',
    series: [{ name: 'a', values: [10, 11.5] }, { name: 'b', values: [null, null] }],
  })
})

test('a chart without series has one, with the name of the chart', () => {
  const declared = { title: { zh: 't' }, type: 'bar', sql: '', x: 'a', y: ['b'], unit: '' }
  expect(charted(declared, answer(['a', 'b'], [['x', 1]]), 'title').series).toEqual([{ name: 'title', values: [1] }])
})

test('several columns of numbers are a line each', () => {
  const declared = { title: { zh: 't' }, type: 'bar', sql: '', x: 'a', y: ['b', 'c'], unit: '' }
  expect(charted(declared, answer(['a', 'b', 'c'], [['x', 1, 2]]), 'title').series).toEqual([{ name: 'b', values: [1] }, { name: 'c', values: [2] }])
  expect(charted(declared, answer(['a', 'b', 'c'], [['x', 1, 2]]), 'title', new Map([['b', '一人户']])).series[0]?.name).toBe('一人户')
})

test('codes along the axis and of the lines are told in their words, where they have some', () => {
  const declared = { title: { zh: 't' }, type: 'bar', sql: '', x: 'county', y: ['n'], series: 'gap', unit: '' }
  const words = new Map([['gap', new Map([['a-not-b', '参保未登记']])], ['county', new Map([['1', '亭湖区']])]])
  const rows: Answer['rows'] = [['1', 'a-not-b', 3], ['2', 'b-not-a', 4]]
  expect(charted(declared, answer(['county', 'gap', 'n'], rows), 'title', undefined, words)).toMatchObject({
    x: ['亭湖区', '2'],
    series: [{ name: '参保未登记', values: [3, null] }, { name: 'b-not-a', values: [null, 4] }],
  })
  // Two codes of one word keep a number each.
  const alike = new Map([['county', new Map([['1', '其他'], ['2', '其他']])]])
  expect(charted(declared, answer(['county', 'gap', 'n'], rows), 'title', undefined, alike)).toMatchObject({
    x: ['其他', '其他'],
    series: [{ values: [3, null] }, { values: [null, 4] }],
  })
})

test('what is no number is not taken for one', () => {
  expect([number('12.50'), number(''), number('x'), number(null), number(undefined)]).toEqual([12.5, null, null, null, null])
})

test('what somebody types into a filter stays a value', () => {
  expect(listSql('a.b', ['x', 'y"z'], { x: "o'%; DROP", y: ' ' }, [{ column: 'x', descending: true }])).toBe(
    `SELECT "x", "y""z"\nFROM a.b\nWHERE CAST("x" AS VARCHAR) LIKE '%o''\\%; DROP%'\nORDER BY "x" DESC`,
  )
  expect(listSql('a.b', ['x'], {}, [])).toBe('SELECT "x"\nFROM a.b')
})
