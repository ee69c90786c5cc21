import { describe, expect, test } from 'vitest'
import { type Condition, NO_CONDITION, conditionsOf, isOfType, isUnfinished, ofColumn, sqlOf, wordsOf } from './condition'

const TYPES: Record<string, string> = {
  township: 'text', Name: 'text', 姓名: 'text', 'a "b" c': 'text', and: 'text', count: 'integer', income: 'decimal(12,2)', alive: 'boolean', day: 'date', clock: 'time', at: 'timestamp',
}
const typeOf = (column: string) => TYPES[column]
const one = (column: string, comparison: Condition['comparison'], ...values: string[]): Condition => ({ column, comparison, values })
const sql = (...conditions: Condition[]) => sqlOf(conditions, typeOf)

/** Conditions, and the SQL that says them. */
const SAID: [Condition[], string][] = [
  [[], ''],
  [[one('township', 'is', '320902001')], `"township" = '320902001'`],
  [[one('township', 'is-not', `O'Neil's -- \\ "x" AND 1 = 1`)], `"township" <> 'O''Neil''s -- \\ "x" AND 1 = 1'`],
  [[one('township', 'is', `'`)], `"township" = ''''`],
  [[one('township', 'is', ' 两端 ')], `"township" = ' 两端 '`],
  [[one('township', 'is', 'NULL')], `"township" = 'NULL'`],
  [[one('township', 'is', '007')], `"township" = '007'`],
  [[one('Name', 'is', '王')], `"Name" = '王'`],
  [[one('姓名', 'in', '王,芳', `李'`)], `"姓名" IN ('王,芳', '李''')`],
  [[one('a "b" c', 'empty')], `"a ""b"" c" IS NULL`],
  [[one('and', 'not-empty')], `"and" IS NOT NULL`],
  [[one('count', 'at-least', '-5')], `"count" >= -5`],
  [[one('count', 'between', '1', '10')], `"count" BETWEEN 1 AND 10`],
  [[one('income', 'at-most', '3000')], `"income" <= 3000`],
  [[one('income', 'between', '0', '1234567890.12')], `"income" BETWEEN 0 AND CAST('1234567890.12' AS DECIMAL(12,2))`],
  [[one('income', 'in', '1', '2.55')], `"income" IN (1, CAST('2.55' AS DECIMAL(12,2)))`],
  [[one('alive', 'is', 'true'), one('alive', 'is-not', 'false')], `"alive" = TRUE AND "alive" <> FALSE`],
  [[one('day', 'between', '2026-01-01', '2026-12-31')], `"day" BETWEEN DATE '2026-01-01' AND DATE '2026-12-31'`],
  [[one('clock', 'at-least', '08:30:00')], `"clock" >= '08:30:00'`],
  [[one('at', 'at-most', '2026-01-01 08:30:00')], `"at" <= TIMESTAMP '2026-01-01 08:30:00'`],
  [
    [one('day', 'between', '2026-01-01', '2026-02-01'), one('township', 'in', 'a', 'b'), one('count', 'is', '3')],
    `"day" BETWEEN DATE '2026-01-01' AND DATE '2026-02-01' AND "township" IN ('a', 'b') AND "count" = 3`,
  ],
]

/** What is not yet chosen or typed. */
const UNFINISHED: [Condition[], string][] = [
  [[NO_CONDITION], `"" = `],
  [[NO_CONDITION, one('count', 'is', '1')], `"" =  AND "count" = 1`],
  [[one('township', 'in')], `"township" IN ()`],
  [[one('count', 'between', '', '')], `"count" BETWEEN  AND `],
  [[one('count', 'between', '5', ''), one('township', 'is', '')], `"count" BETWEEN 5 AND  AND "township" = `],
  [[one('day', 'between', '', '2026-01-01'), one('alive', 'empty')], `"day" BETWEEN  AND DATE '2026-01-01' AND "alive" IS NULL`],
]

describe('conditions on rows', () => {
  test.each(SAID)('%j are written as SQL and read back from it', (conditions, text) => {
    expect(sql(...conditions)).toBe(text)
    expect(conditionsOf(text, typeOf)).toEqual(conditions)
    expect(isUnfinished(text)).toBe(false)
  })

  test.each(UNFINISHED)('%j are kept while they are typed, as nothing that anybody would take for a condition', (conditions, text) => {
    expect(sql(...conditions)).toBe(text)
    expect(conditionsOf(text, typeOf)).toEqual(conditions)
    expect(isUnfinished(text)).toBe(true)
  })

  test('what is no value of its column stays as it was typed, to be told of and refused', () => {
    for (const wrong of [one('count', 'is', '1.5'), one('count', 'is', `drei'`), one('count', 'is', '-'), one('income', 'is', '12.505'), one('alive', 'is', 'x'), one('at', 'is', '2026')]) {
      expect(conditionsOf(sql(wrong), typeOf), sql(wrong)).toEqual([wrong])
      expect(isOfType(wrong.values[0] ?? '', typeOf(wrong.column) ?? ''), sql(wrong)).toBe(false)
    }
    expect(sql(one('count', 'is', `3' OR 'a' = 'a`))).toBe(`"count" = '3'' OR ''a'' = ''a'`)
    // As a decimal of two digits it would be rounded, and be another condition.
    expect(sql(one('income', 'is', '12.505'))).toBe('"income" = 12.505')
  })

  test('what somebody typed is read where it says the same', () => {
    expect(conditionsOf(`township = '320902001'`, typeOf)).toEqual([one('township', 'is', '320902001')])
    expect(conditionsOf(`  TOWNSHIP in('a','b')\n  and count!=3 `, typeOf)).toEqual([one('township', 'in', 'a', 'b'), one('count', 'is-not', '3')])
    expect(conditionsOf('alive = true and day is not null', typeOf)).toEqual([one('alive', 'is', 'true'), one('day', 'not-empty')])
  })

  test.each([
    `township = 'a' OR count = 1`, `NOT township = 'a'`, `(township = 'a')`, 'starts_with(township, $division)', `township LIKE '3209%'`, 'township = Name', `nobody = 'a'`, `NAME = 'a'`,
    `township = ''`, `township IN ('a', '')`, 'township = 5', `count = '5'`, 'income >= 12.5', `day = '2026-01-01'`, 'count > 5', 'count BETWEEN 1', 'count = 1 AND', 'AND count = 1',
    `township = 'a' 'b'`, `township = N'a'`, 'count = 1e5', `township = 'a`, 'count = 1 -- AND more', `at = DATE '2026-01-01'`, 'count = CAST(1 AS BIGINT)', 'township', '1 = 1',
  ])('%s is left to SQL, since parts cannot say it or would say it otherwise', (text) => {
    expect(conditionsOf(text, typeOf)).toBeUndefined()
    expect(isUnfinished(text)).toBe(false)
  })

  test.each([
    [`township IN ('a', 'b') AND alive = TRUE`, '<township> in “a”、“b” and <alive> is yes'],
    [`"day" BETWEEN DATE '2026-01-01' AND DATE '2026-12-31'`, '<day> between 2026-01-01 to 2026-12-31'],
    [`township = 'x AND y' AND count >= 3 AND income IS NULL`, '<township> is “x AND y” and <count> at-least 3 and <income> empty'],
  ])('%s is shown in words', (text, words) => {
    const called = {
      column: (name: string) => `<${name}>`, comparison: (comparison: string) => comparison, value: (value: string) => (value === 'true' ? 'yes' : value), comma: '、', to: 'to', and: 'and',
    }
    expect(wordsOf(conditionsOf(text, typeOf) ?? [], typeOf, called)).toBe(words)
  })

  test('of a column of another type nothing holds that was typed', () => {
    expect(ofColumn(one('township', 'in', 'a', 'b'), 'Name', typeOf)).toEqual(one('Name', 'in', 'a', 'b'))
    expect(ofColumn(one('township', 'in', 'a', 'b'), 'count', typeOf)).toEqual(one('count', 'in'))
    expect(ofColumn(one('count', 'between', '1', '2'), 'alive', typeOf)).toEqual(one('alive', 'is', ''))
    expect(ofColumn(one('', 'is', 'a'), 'township', typeOf)).toEqual(one('township', 'is', 'a'))
  })
})
