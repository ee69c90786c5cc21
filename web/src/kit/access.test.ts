import { describe, expect, test } from 'vitest'
import type { Sights } from '../api/access'
import { ACCOUNT_ID } from './accountId'
import { agentOf } from './agent'
import { beginOf, dayOf, endOf, isDay, lastDay } from './day'
import { type HiddenColumn, isTakenAway, wordOf } from './HiddenSign'
import { hiddenAt, hiddenFields, hiddenIn, isPartial, isWhole, keptBack } from './hidden'
import { NO_MASK, kept, maskOf, textOfMask } from './mask'
import { missingOf } from './NewPassword'
import { byDataset, countOf } from './sights'
import { secretOf } from './useLink'
import { weaknesses } from './weakness'

const problem = (code: string, detail: string) => ({ type: `/errors/${code}`, title: '', status: 422, code, detail })

describe('password', () => {
  test('each weakness of a refused one is a sentence of its own', () => {
    const detail = 'the password cannot be used: it has fewer than 10 signs, and has fewer than 3 of small letters, capital letters, digits and other signs'
    expect(weaknesses(problem('weak-password', detail))).toEqual([
      'has fewer than 10 signs', 'has fewer than 3 of small letters, capital letters, digits and other signs',
    ])
    expect(weaknesses(problem('account-link', 'the link cannot be used'))).toEqual([])
    expect(weaknesses(undefined)).toEqual([])
  })
  test('is typed twice, and the same', () => {
    expect(missingOf({ password: '', again: '' })).toBe('password.missing')
    expect(missingOf({ password: 'a', again: 'b' })).toBe('password.differs')
    expect(missingOf({ password: 'a', again: 'a' })).toBeUndefined()
  })
})

test('of a pasted link the secret is taken', () => {
  expect(secretOf('#yi_abc')).toBe('yi_abc')
  expect(secretOf(' http://127.0.0.1:8640/invitation#yi_abc ')).toBe('yi_abc')
  expect(secretOf('yi_abc')).toBe('yi_abc')
  expect(secretOf('')).toBe('')
})

describe('mask', () => {
  test('is read and written as the program has it', () => {
    for (const text of ['null', 'keep 3 4', 'fixed 不公开 内容', 'month', 'year', 'step 1000', 'grid 500', 'hash', 'fpe']) {
      const mask = maskOf(text)
      expect(mask && textOfMask(mask), text).toBe(text)
    }
    expect(maskOf('blur 3')).toBeUndefined()
    for (const [text, words] of [['keep 3 4', 'keep'], ['keep 1 0', 'keep-first'], ['keep 0 4', 'keep-last'], ['keep 0 0', 'keep-none'], ['hash', 'hash']])
      expect(kept(maskOf(text ?? '') ?? NO_MASK), text).toBe(words)
  })
  test('is not sent before its parts are there', () => {
    expect(textOfMask({ ...NO_MASK, first: '3' })).toBeUndefined()
    expect(textOfMask({ ...NO_MASK, first: '03', last: '4' })).toBe('keep 3 4')
    expect(textOfMask({ ...NO_MASK, kind: 'step', value: '0' })).toBeUndefined()
    expect(textOfMask({ ...NO_MASK, kind: 'fixed', value: ' ' })).toBeUndefined()
  })
})

describe('day of the city', () => {
  test('begins and ends by its own clock', () => {
    expect(beginOf('2026-05-01')).toBe('2026-04-30T16:00:00.000Z')
    expect(endOf('2026-05-01')).toBe('2026-05-01T16:00:00.000Z')
    expect(dayOf(Date.parse('2026-04-30T16:00:00Z'))).toBe('2026-05-01')
    expect(dayOf(Date.parse('2026-04-30T15:59:59Z'))).toBe('2026-04-30')
  })
  test('is the last one of what ends with it', () => {
    expect(lastDay(endOf('2026-12-31'))).toBe('2026-12-31')
    expect(lastDay('2026-12-31T15:00:00Z')).toBeUndefined()
  })
  test('is written in full', () => expect(['2026-05-01', '2026-5-1', '2026-13-01', ''].map(isDay)).toEqual([true, false, false, false]))
})

test('an account is named by small letters and digits', () => {
  expect(['zhang.san', 'z', 'a-b_c.9'].every((id) => ACCOUNT_ID.test(id))).toBe(true)
  expect(['Zhang', '9a', '张三', '', 'a'.repeat(64)].some((id) => ACCOUNT_ID.test(id))).toBe(false)
})

test('a browser is told by its name and its system', () => {
  const edge = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0'
  expect(agentOf(edge)).toBe('Edge 130 · Windows')
  expect(agentOf('Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1')).toBe('Safari 17 · iOS')
  expect(agentOf('curl/8.5.0')).toBe('curl/8.5.0')
})

describe('what is not shown as it is', () => {
  const column = (name: string, because: string, of?: string, gives_way_to: string[] = []) => ({ name, because, mask: because === 'permitted' ? null : 'keep 3 4', of: of ?? null, gives_way_to })
  const sight = (policy: string, has_condition: boolean, columns: ReturnType<typeof column>[]) => ({ dataset: 'a.b', policy, has_condition, columns, about: null, basis: null })
  test('is named with its rule, unless another permission shows it in every row', () => {
    const masked = sight('city/staff', false, [column('name', 'permitted'), column('mobile', 'grade', 'general-3')])
    const some = sight('grants/G1', true, [column('mobile', 'permitted')])
    const all = sight('grants/G2', false, [column('mobile', 'permitted')])
    expect([...hiddenFields({ everything: false, sights: [masked] }).values()].map(({ field, policy }) => [field, policy])).toEqual([['a.b.mobile', 'city/staff']])
    expect([...hiddenFields({ everything: false, sights: [masked, some] }).keys()]).toEqual(['a.b.mobile'])
    expect([...hiddenFields({ everything: false, sights: [masked, all] }).keys()]).toEqual([])
  })
  test('is named with the rule that counts', () => {
    const one = sight('city/a', false, [column('mobile', 'masked', undefined, ['city/b'])])
    const other = sight('city/b', false, [column('mobile', 'grade', 'general-3')])
    for (const sights of [[one, other], [other, one]]) {
      expect([...hiddenFields({ everything: false, sights }).values()].map(({ policy }) => policy)).toEqual(['city/b'])
    }
  })
  const shown = (mask: string, isPartial = false, isDerived = false): HiddenColumn => {
    const field = { field: 'a.b.c', column: { name: 'c', because: 'grade', mask, of: 'general-3' }, policy: 'p', isPartial }
    return { place: 0, title: 'c', fields: [field], isDerived }
  }
  test('is kept back whole of a delivery, with the rule or the lack of one', () => {
    const masked = sight('city/staff', false, [column('name', 'permitted'), column('mobile', 'grade', 'general-3')])
    const some = sight('grants/G1', true, [column('age', 'permitted')])
    const sights = { everything: false, sights: [masked, some] }
    expect(['a.b.name', 'a.b.mobile', 'a.b.age', 'a.b.other'].map((field) => isWhole(field, sights))).toEqual([true, false, false, false])
    expect(isWhole('a.b.mobile', { everything: true, sights: [] })).toBe(true)
    const told = (field: string) => {
      const { column: seen, policy, grade } = keptBack(field, sights, 'general-3')
      return [seen.name, seen.because, seen.of, seen.mask, policy, grade]
    }
    expect(told('a.b.mobile')).toEqual(['mobile', 'grade', 'general-3', null, 'city/staff', 'general-3'])
    expect(told('a.b.age')).toEqual(['age', 'condition', null, null, 'grants/G1', 'general-3'])
    expect(told('a.b.other')).toEqual(['other', 'unread', null, null, '', 'general-3'])
    expect(keptBack('a.b.other', undefined, undefined).column.because).toBe('masked')
  })
  test('is what the answer says of itself, with its place and what it is made of', () => {
    const seen = { ...column('mobile', 'withheld', 'negative-list/N1'), mask: 'null' }
    const one = { field: 'a.b.mobile', seen, policy: 'grants/G2', is_partial: false }
    const answer = { hidden: [{ ...one, place: 0, kind: 'transformed' }, { ...one, place: 2, kind: 'copied' }] }
    expect([...hiddenIn(answer).values()]).toEqual([{ field: 'a.b.mobile', column: seen, policy: 'grants/G2', isPartial: false }])
    expect([0, 1, 2].map((place) => hiddenAt(answer, place))).toEqual([[{ field: 'a.b.mobile', isDerived: true }], [], [{ field: 'a.b.mobile', isDerived: false }]])
    expect([hiddenIn({}).size, hiddenAt({}, 0)]).toEqual([0, []])
  })
  test('is told apart from what lacks', () => {
    expect(isTakenAway(shown('null'), true)).toBe(true)
    expect(isTakenAway(shown('keep 3 4'), true)).toBe(false)
    expect(isTakenAway(shown('null'), false)).toBe(false)
  })
  test('is not said of rows that another permission shows, nor of what is made of it', () => {
    const masked = sight('city/staff', false, [column('mobile', 'grade', 'general-3')])
    const some = sight('grants/G1', true, [column('mobile', 'permitted')])
    expect([...hiddenFields({ everything: false, sights: [some, masked] }).values()].map(({ isPartial }) => isPartial)).toEqual([true])
    expect([shown('keep 3 4'), shown('keep 3 4', true), shown('keep 3 4', false, true)].map(wordOf)).toEqual(['hidden.masked', 'hidden.maybe', 'hidden.derived'])
  })
})

test('rows are some alone where no permission is for all of them', () => {
  const sight = (dataset: string, has_condition: boolean) => ({ dataset, has_condition, columns: [], policy: 'p' })
  const sights = { everything: false, sights: [sight('a.some', true), sight('a.both', true), sight('a.both', false)] } as unknown as Sights
  expect(['a.some', 'a.both', 'a.none'].map((id) => isPartial(id, sights))).toEqual([true, false, false])
  expect(isPartial('a.some', { ...sights, everything: true })).toBe(false)
})

test('what somebody sees of a dataset stands once, with the fields that any permission shows', () => {
  const sight = (dataset: string, policy: string, ...columns: [string, string][]) =>
    ({ dataset, policy, has_condition: false, columns: columns.map(([name, because]) => ({ name, because, mask: null, of: null })) }) as Sights['sights'][number]
  const sights = [sight('a.one', 'p', ['name', 'permitted'], ['age', 'grade']), sight('a.two', 'p'), sight('a.one', 'q', ['age', 'permitted'], ['mobile', 'grade'])]
  const groups = byDataset(sights)
  expect(groups.map(({ dataset, sights: own }) => [dataset, own.map(({ policy }) => policy)])).toEqual([['a.one', ['p', 'q']], ['a.two', ['p']]])
  expect(countOf(groups[0]?.sights ?? [])).toEqual({ plain: 2, others: 1 })
})
