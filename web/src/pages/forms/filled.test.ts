import { expect, test } from 'vitest'
import type { Problem } from '../../api/types'
import type { EvidenceFile } from '../../api/forms'
import { type Filled, draftKey, faultsOf, newSubmission, reportOf, shownIn, wholeFaults, withFile } from './filled'

const filled: Filled = { reporter: ' 王建国 ', values: { achieved: 1 }, files: [], submission: 'one' }

test('a report says who filled it, and says nothing where nobody is named', () => {
  expect(reportOf(filled, '市发改委', '2025-06')).toEqual({ unit: '市发改委', period: '2025-06', values: { achieved: 1 }, evidence: [], submission: 'one', reporter: '王建国' })
  expect(reportOf({ ...filled, reporter: '  ' }, '市发改委', '2025-06')).not.toHaveProperty('reporter')
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

test('a submission has a name of its own, also where there is no HTTPS', () => {
  expect(newSubmission()).toMatch(/^[0-9a-f]{32}$/)
  expect(newSubmission()).not.toBe(newSubmission())
})

test('each unit and period has a draft of its own, under a key that the server takes', () => {
  const keys = [draftKey('a.b', '市发改委', '2025-06'), draftKey('a.b', '市数据局', '2025-06'), draftKey('a.b', '市发改委', '2025-07')]
  expect(new Set(keys).size).toBe(3)
  for (const key of [...keys, draftKey('a.b', '委'.repeat(100), '2025-Q2')]) expect(key).toMatch(/^[\w.:~-]{1,128}$/)
  expect(draftKey('a.b', '市发改委', '2025-06')).toBe(keys[0])
})

test('a file that is sent twice is there once', () => {
  const file = (hash: string) => ({ hash, name: hash }) as EvidenceFile
  expect(withFile([file('a')], file('b')).map(({ hash }) => hash)).toEqual(['a', 'b'])
  expect(withFile([file('a')], file('a'))).toHaveLength(1)
})

test('a value is read with its unit, as a word where it is yes or no, and as a dash where it is nothing', () => {
  const shown = (value: unknown, unit = '') => shownIn(value, unit, (is) => (is ? '是' : '否'))
  expect([shown(3, '个'), shown(1.5, 'km'), shown(true), shown(false), shown(null), shown(''), shown([]), shown('氢能')]).toEqual(['3个', '1.5 km', '是', '否', '—', '—', '—', '氢能'])
})
