import { expect, test } from 'vitest'
import { inTurn } from './turns'

/** Work that ends when it is told to. */
function held() {
  let end = (_: 'done' | 'failed') => {}
  const told = new Promise<void>((resolve, reject) => (end = (how) => (how === 'done' ? resolve() : reject(new Error(how)))))
  return { told, end }
}

test('what is asked for later waits for what is under way, of the same key only', async () => {
  const begun: string[] = []
  const slow = held()
  const first = inTurn('one', () => (begun.push('first'), slow.told))
  const second = inTurn('one', async () => begun.push('second'))
  await inTurn('other', async () => begun.push('other'))
  expect(begun).toEqual(['first', 'other'])
  slow.end('done')
  await Promise.all([first, second])
  expect(begun).toEqual(['first', 'other', 'second'])
})

test('a failure is told to the one who asked, and holds nobody up', async () => {
  const slow = held()
  const first = inTurn('one', () => slow.told)
  const second = inTurn('one', async () => 'told')
  slow.end('failed')
  await expect(first).rejects.toThrow('failed')
  await expect(second).resolves.toBe('told')
})
