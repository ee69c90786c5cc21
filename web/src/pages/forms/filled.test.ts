import { expect, test } from 'vitest'
import type { Problem } from '../../api/types'
import { type Filled, faultsOf, reportOf, wholeFaults } from './filled'

const filled: Filled = { unit: '市发改委', period: '2025-06', reporter: ' 王建国 ', values: { achieved: 1 }, files: [], submission: 'one' }

test('a report says who filled it, and says nothing where nobody is named', () => {
  expect(reportOf(filled)).toEqual({ unit: '市发改委', period: '2025-06', values: { achieved: 1 }, evidence: [], submission: 'one', reporter: '王建国' })
  expect(reportOf({ ...filled, reporter: '  ' })).not.toHaveProperty('reporter')
})

test('reasons stand at their fields, and those of the whole report above them', () => {
  const reasons = [
    { column: 'achieved', reason: 'range', title: '个数超出范围', level: 'hard' },
    { column: 'achieved', reason: 'number', title: '不是数', level: 'hard' },
    { column: null, reason: 'name-missing', title: '没有写产业名称', level: 'hard' },
  ]
  const problem = { rows: [{ row: 1, reasons }] } as unknown as Problem
  expect(faultsOf(problem)).toEqual({ achieved: ['个数超出范围', '不是数'] })
  expect(wholeFaults(problem)).toEqual(['没有写产业名称'])
  expect(faultsOf(undefined)).toEqual({})
})
