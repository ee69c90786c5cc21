import { expect, test } from 'vitest'
import type { PackStep } from '../../api/changes'
import { saidOf, takenBack } from './said'

test('a declaration of several parts is told by those that differ, and not as it is written', () => {
  const from = '{"class":"conditional","basis":"办法","title":{"zh":"共享"}}'
  const to = '{"class":"unconditional","basis":"办法","title":{"zh":"共享"}}'
  expect(saidOf({ what: 'sharing', from, to })).toEqual([{ name: 'class', list: 'sharing', from: 'conditional', to: 'unconditional' }])
  const check = '{"name":"age","between":[0,150],"title":{"zh":"年龄","en":null}}'
  expect(saidOf({ what: 'check-added', to: check }).map(({ name, to }) => [name, to])).toEqual([
    ['name', 'age'],
    ['between', '0, 150'],
    ['title', '年龄'],
  ])
})

test('a word is told with the list that has it, and nothing where nothing is said', () => {
  expect(saidOf({ what: 'column-grade', from: 'general-3', to: 'general-2' })).toEqual([{ list: 'grade', from: 'general-3', to: 'general-2' }])
  expect(saidOf({ what: 'owner', from: '市民政局', to: '市公安局' })).toEqual([{ from: '市民政局', to: '市公安局' }])
  expect(saidOf({ what: 'column-removed' })).toEqual([])
  expect(saidOf({ what: 'about', from: '{这样写', to: null })).toEqual([{ from: '{这样写', to: null }])
})

test('changes are taken back by a rollback that holds, and not by one that was taken back itself', () => {
  const change = (number: number, takes_back?: number, status = 'applied') => ({ number, takes_back, status }) as PackStep
  expect([...takenBack([change(3, 2), change(2), change(1)])]).toEqual([[2, 3]])
  expect([...takenBack([change(5, 4), change(4, 2), change(3), change(2)])]).toEqual([[4, 5]])
  expect([...takenBack([change(4), change(3, 2), change(2), change(1)])]).toEqual([[2, 3]])
  expect([...takenBack([change(3, 2, 'undone'), change(2)])]).toEqual([])
})
