import { expect, test } from 'vitest'
import { ApiError, fromAnswer, isConflict, isNoFault, problemOf, unreachable } from './errors'

test('problem details are kept as they came', () => {
  const body = { type: '/errors/query', title: 'SQL 有误', status: 422, code: 'query', detail: 'no column', line: 1, column: 8 }
  expect(problemOf(fromAnswer(422, body))).toEqual(body)
})

test('a proxy that finds nobody is a server that cannot be reached', () => {
  expect(fromAnswer(502, '<html>').problem.code).toBe('unreachable')
  expect(unreachable(new TypeError('Failed to fetch')).problem.code).toBe('unreachable')
})

test('an answer of another form is told apart from a fault of the page', () => {
  expect(fromAnswer(500, '<html>').problem.code).toBe('unreadable-answer')
  expect(problemOf(new Error('x is undefined')).code).toBe('page-failed')
  expect(problemOf(new Error('x')).detail).toBe('x')
  expect(new ApiError({ type: '', title: '', status: 1, code: 'a', detail: 'd' }).message).toBe('d')
})

test('what is not open or not there is told apart from what failed', () => {
  const of = (status: number) => isNoFault({ type: '', title: '', status, code: 'a', detail: 'd' })
  expect([401, 403, 404].map(of)).toEqual([true, true, true])
  expect([0, 409, 422, 500].map(of)).toEqual([false, false, false, false])
})

test('that somebody else was faster is told by the status alone', () => {
  const of = (status: number) => isConflict(fromAnswer(status, null))
  expect([412, 409, 428, 500].map(of)).toEqual([true, false, false, false])
  expect(isConflict(new TypeError('Failed to fetch'))).toBe(false)
})
