import { afterEach, expect, test, vi } from 'vitest'
import { onSessionEnd, regained, sent } from './regain'

const refused = (code: string) => new Response(JSON.stringify({ code, detail: '' }), { status: 401 })
const answers = (...list: Response[]) => vi.fn(() => Promise.resolve(list.shift() ?? new Response('')))

let leave = () => {}
afterEach(() => leave())

test('a request that wants a session is sent again once there is one', async () => {
  leave = onSessionEnd(() => Promise.resolve(true))
  const send = answers(refused('login-needed'), new Response('told'))
  expect(await (await sent(send)).text()).toBe('told')
  expect(send).toHaveBeenCalledTimes(2)
})

test('requests that are refused together ask once', async () => {
  let answer: (is: boolean) => void = () => {}
  const ask = vi.fn(() => new Promise<boolean>((done) => (answer = done)))
  leave = onSessionEnd(ask)
  const one = sent(answers(refused('login-needed')))
  const other = sent(answers(refused('login-needed')))
  await vi.waitFor(() => expect(ask).toHaveBeenCalled())
  answer(true)
  expect([(await one).status, (await other).status]).toEqual([200, 200])
  expect(ask).toHaveBeenCalledTimes(1)
  // What ends later is asked for anew.
  const again = regained()
  answer(false)
  expect(await again).toBe(false)
  expect(ask).toHaveBeenCalledTimes(2)
})

test('without anybody to ask, and after another refusal, the answer is what came', async () => {
  expect((await sent(answers(refused('login-needed')))).status).toBe(401)
  const ask = vi.fn(() => Promise.resolve(true))
  leave = onSessionEnd(ask)
  const wrong = await sent(answers(refused('login-refused')))
  expect(wrong.status).toBe(401)
  expect(await wrong.json()).toMatchObject({ code: 'login-refused' })
  expect(ask).not.toHaveBeenCalled()
})
