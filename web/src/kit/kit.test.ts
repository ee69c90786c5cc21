import { describe, expect, test } from 'vitest'
import { ApiError } from '../api/errors'
import { age, duration, reachedPart, score, share, size, time } from './format'
import { aimOf, isFlat } from './figure'
import { folding } from './fold'
import { freshness } from './freshness'
import { SHAPES, batchLamp } from './lamp'
import { hasSigns, pieces } from './pieces'
import { matches, readings } from './pinyin'
import { table } from './pinyin-table'
import { found, likeness, optionFound } from './search'
import { isOther } from './trail'
import { unshown } from './unshown'

const known = readings(table)

test('an option is found in either script, by pinyin, and by its id where that is a name', () => {
  const fold = folding('區区')
  const finds = (typed: string, option: object) => optionFound(typed, option, fold, known)
  expect([finds('亭湖區', { label: '亭湖区' }), finds('亭湖区', { label: '亭湖區' }), finds('thq', { label: '亭湖區' })]).toEqual([true, true, true])
  expect([finds('Ｎew_st', { label: '新增5G基站', value: 'telecom.new_station' }), finds('盐', { label: '亭湖区', value: '亭湖区' }), finds('4', { label: '占比', value: 4 })]).toEqual([true, false, false])
})

describe('pinyin', () => {
  test.each([
    ['常住人口登记', 'czrk'],
    ['常住人口登记', 'changzhu'],
    ['常住人口登记', 'CZRKDJ'],
    ['常住人口登记', 'rkdj'],
    ['常住人口登记', 'renk'],
    ['常住人口登记', '人口dj'],
    ['住院结算', 'zhyjs'],
    ['市场主体登记', 'shichangzt'],
    ['重庆路', 'chongq'],
    ['重庆路', 'zq'],
  ])('%s is found by %s', (text, typed) => expect(matches(text, typed, known)).toBe(true))
  test.each([
    ['常住人口登记', 'czrm'],
    ['常住人口登记', 'xyz'],
    ['空气站小时值', 'czrk'],
  ])('%s is not found by %s', (text, typed) => expect(matches(text, typed, known)).toBe(false))
  test('a long text that nearly matches does not take long', () => {
    expect(matches('重'.repeat(200), `${'c'.repeat(30)}x`, known)).toBe(false)
  })
})

test('every word that was typed must be found in one of the texts', () => {
  expect(found(['常住人口登记', 'population.resident', '市公安局'], 'gaj resident', known)).toBe(true)
  expect(found(['常住人口登记', 'population.resident', '市公安局'], 'gaj company', known)).toBe(false)
  expect(found(['常住人口登记'], '人口')).toBe(true)
})

test('a file is most like the dataset whose title its name holds', () => {
  expect(likeness('常住人口登记_20251231.csv', '常住人口登记')).toBe(6)
  expect(likeness('常住人口登记_20251231.csv', '房屋登记')).toBe(2)
})

describe('format', () => {
  test('times are those of the city', () => {
    expect(time('2026-01-31T17:05:09Z')).toBe('2026-02-01 01:05')
    expect(time('2026-01-31T17:05:09Z', true)).toBe('2026-02-01 01:05:09')
    expect(time('2026-01-31T16:00:00Z')).toBe('2026-02-01 00:00')
    expect(time('no time')).toBe('no time')
  })
  test('a score that is not full is never written as full', () => {
    expect(score(99.96)).toBe('99.9')
    expect(score(100)).toBe('100')
    expect(share(0.99999)).toBe('99.99%')
    expect(share(1)).toBe('100%')
    expect([1.02654, 0.99999, 0.9817, 1, 1.001].map(reachedPart)).toEqual([102.65, 99.99, 98.17, 100, 100.1])
  })
  test('ages, durations and sizes', () => {
    expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T03:10:00Z'), 'zh-CN')).toBe('3小时前')
    expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:20Z'), 'en')).toBe('now')
    expect(duration('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.218Z', 'en')).toBe('218 ms')
    expect(size(3_183_531, 'en')).toBe('3.2 MB')
  })
})

describe('freshness', () => {
  const now = Date.parse('2026-01-10T00:00:00Z')
  const at = (last_at: string | null, refresh = 'daily') => freshness({ refresh, last_at }, now)
  test('goes from on time over due to overdue', () => {
    expect(at('2026-01-09T12:00:00Z')).toBe('good')
    expect(at('2026-01-08T20:00:00Z')).toBe('due')
    expect(at('2026-01-01T00:00:00Z')).toBe('late')
    expect(at('2026-01-01T00:00:00Z', 'yearly')).toBe('good')
    expect(at(null)).toBe('absent')
  })
  test('what comes irregularly is never late by itself', () => expect(at('2020-01-01T00:00:00Z', 'irregular')).toBe('good'))
  test('the word of the program goes first', () => {
    expect(freshness({ refresh: 'yearly', last_at: '2026-01-09T00:00:00Z' }, now, true)).toBe('late')
  })
})

test('lamps of different meaning differ in shape, not in colour alone', () => {
  const shapes = (['good', 'due', 'late', 'made-up', 'absent', 'busy'] as const).map((state) => SHAPES[state])
  expect(new Set(shapes).size).toBe(shapes.length)
  expect(batchLamp({ status: 'collected', rows_in: 2, rows_quarantined: 1 })).toBe('due')
  expect(batchLamp({ status: 'refused', rows_in: 0, rows_quarantined: 0 })).toBe('bad')
})

test('signs that cannot be seen are marked, and the rest is left alone', () => {
  expect(pieces('吴\b华')).toEqual([
    { text: '吴', isSign: false },
    { text: '\\b', isSign: true },
    { text: '华', isSign: false },
  ])
  expect(pieces('　320928 ').map((piece) => piece.text)).toEqual(['□', '320928', '·'])
  expect(pieces('a\u202eb').map((piece) => piece.text)).toEqual(['a', '\\u202e', 'b'])
  expect(pieces('<script>alert(1)</script>')).toEqual([{ text: '<script>alert(1)</script>', isSign: false }])
  expect(hasSigns('龚𬍛敏')).toBe(false)
})

test('a number is another one than that of its trail where it would be read as another one', () => {
  const number = (value: number | null, state = 'value') => ({ state, value })
  expect(isOther(number(12.34), number(12.341), 2)).toBe(false)
  expect(isOther(number(12.34), number(12.341), 3)).toBe(true)
  expect(isOther(number(120), number(118), 0)).toBe(true)
  expect(isOther(number(120), number(null, 'missing'), 0)).toBe(true)
  expect(isOther(undefined, number(118), 0)).toBe(false)
  expect(isOther(number(120), undefined, 0)).toBe(false)
})

test('a target says what it asks for, and one of a change is called a change', () => {
  const of = { unit: '%', decimals: 1 }
  expect(aimOf({ comparison: '>=', value: 90 }, of, 'zh-CN', '升降')).toBe('≥ 90.0%')
  expect(aimOf({ comparison: '=', value: 90 }, of, 'zh-CN', '升降')).toBe('= 90.0%')
  expect(aimOf({ comparison: 'change', value: 3 }, of, 'zh-CN', '升降')).toBe('升降 +3.0%')
})

test('a change of which nothing is left in the decimals that are shown is none', () => {
  expect([isFlat(-0.04, 1), isFlat(0.05, 1), isFlat(-0.4, 0), isFlat(0, 2)]).toEqual([true, false, true, true])
})

test('a question that names what its reader is not shown says which dataset or field that is', () => {
  const refused = (detail: string, code = 'query') => new ApiError({ type: '', title: '', status: 422, code, detail })
  expect(unshown(refused('there is no dataset `population.elder` (line 2, column 6)'))).toEqual({ dataset: 'population.elder' })
  expect(unshown(refused('there is no column `population.elder.mobile` (line 1, column 8)'))).toEqual({ column: 'mobile' })
  expect(unshown(refused('divide by zero error'))).toBeUndefined()
  expect(unshown(refused('there is no dataset `a.b`', 'no-dataset'))).toBeUndefined()
})
