import { describe, expect, it, vi } from 'vitest'
import { fromAnswer } from '../../api/errors'
import { type Seen, changedOf, clashesOf, holding, isAsSeen, seenAgain, seenOf } from './holding'

const refusal = (status: number) => fromAnswer(status, { type: '/errors/x', title: '', status, detail: '', code: 'x' })

describe('a decision on a plan that is another one meanwhile', () => {
  it('is sent once more on the new revision where what it is about is as it was', async () => {
    const send = vi.fn().mockRejectedValueOnce(refusal(412)).mockResolvedValueOnce('told')
    await expect(holding('"1"', send, async () => ({ holds: true, etag: '"2"' }))).resolves.toBe('told')
    expect(send.mock.calls).toEqual([['"1"'], ['"2"']])
  })

  it('is left to the one who wrote it where that is otherwise', async () => {
    const send = vi.fn().mockRejectedValue(refusal(412))
    await expect(holding('"1"', send, async () => ({ holds: false, etag: '"2"' }))).rejects.toMatchObject({ problem: { status: 412 } })
    expect(send).toHaveBeenCalledTimes(1)
  })

  it('is not sent again after another refusal, or after a second conflict', async () => {
    const again = vi.fn().mockResolvedValue({ holds: true, etag: '"2"' })
    await expect(holding('"1"', vi.fn().mockRejectedValue(refusal(422)), again)).rejects.toMatchObject({ problem: { status: 422 } })
    expect(again).not.toHaveBeenCalled()
    const send = vi.fn().mockRejectedValue(refusal(412))
    await expect(holding('"1"', send, again)).rejects.toMatchObject({ problem: { status: 412 } })
    expect(send).toHaveBeenCalledTimes(2)
  })
})

it('is asked once more after somebody else was faster, and then is made on what was told of it', async () => {
  const program = { state: 'accepted', revision: 2 }
  const send = vi.fn(async (match: string | undefined) => {
    if (match !== `"${program.revision}"`) throw refusal(412)
    return 'told'
  })
  let seen: Seen<{ state: string }> = { about: { state: 'submitted' }, etag: '"1"' }
  const press = () =>
    holding(seen.etag, send, async () => {
      const etag = `"${program.revision}"`
      const looked = seenAgain(seen, { state: program.state }, etag, ({ state }) => state)
      seen = looked.seen
      return { holds: looked.holds, etag }
    })
  await expect(press()).rejects.toMatchObject({ problem: { status: 412 } })
  expect(seen).toEqual({ about: { state: 'accepted' }, etag: '"2"' })
  // Something else of the plan changes while what was told is read.
  program.revision = 3
  await expect(press()).resolves.toBe('told')
  expect(send.mock.calls).toEqual([['"1"'], ['"2"'], ['"3"']])
  // What is gone the program tells itself.
  expect(seenAgain(seen, undefined, '"4"', ({ state }) => state)).toEqual({ holds: true, seen: { about: { state: 'accepted' }, etag: '"4"' } })
})

it('holds where what is decided about says the same, and leaves it to the program to say that it is gone', () => {
  const seen = { title: '验收', nodes: ['初验'] }
  const more = { title: '验收', nodes: ['初验', '终验'] }
  const title = (task: typeof seen) => task.title
  expect(isAsSeen(seen, more, title)).toBe(true)
  expect(isAsSeen(seen, more, (task) => task)).toBe(false)
  expect(isAsSeen(seen, { ...seen, title: '初验' }, title)).toBe(false)
  expect(isAsSeen(seen, undefined, title)).toBe(true)
  expect(isAsSeen(undefined, undefined, title)).toBe(true)
})

it('keeps of a form what was changed in it, which lies over what others changed meanwhile', () => {
  const written = changedOf({ title: '初验', supports: ['甲'], due: '2026-06-30' }, { title: '验收', supports: ['甲'], due: '2026-06-30' })
  expect(written).toEqual({ title: '验收' })
  expect({ title: '初验', supports: ['乙'], due: '2026-09-30', ...written }).toEqual({ title: '验收', supports: ['乙'], due: '2026-09-30' })
  expect(changedOf({ supports: ['甲'], lead: '乙' }, { supports: [], lead: '' })).toEqual({ supports: [], lead: '' })
})

describe('a field that two people change', () => {
  const seen = { title: '验收', due: '2026-06-30', supports: ['甲'] }
  const fields = { due: '2026-07-31', supports: ['乙'] }

  it('is told with both values, and the others are not', () => {
    const now = { title: '初验', due: '2026-08-31', supports: ['甲'] }
    expect(clashesOf(now, fields, seenOf(seen, fields, {}))).toEqual([{ field: 'due', theirs: '2026-08-31', mine: '2026-07-31' }])
    expect(clashesOf(seen, fields, seenOf(seen, fields, {}))).toEqual([])
    expect(clashesOf({ ...now, due: '2026-07-31' }, fields, seenOf(seen, fields, {}))).toEqual([])
  })

  it('stays one while more is written, until one of the values is chosen', () => {
    const now = { ...seen, due: '2026-08-31' }
    const more = { due: '2026-07-15', title: '终验' }
    const known = seenOf(now, more, seenOf(seen, fields, {}))
    expect(known).toEqual({ due: '2026-06-30', title: '验收' })
    expect(clashesOf(now, more, known).map(({ field }) => field)).toEqual(['due'])
    expect(clashesOf(now, more, { ...known, due: now.due })).toEqual([])
    expect(clashesOf(now, changedOf(now, { ...now, title: '终验' }), known)).toEqual([])
  })

  it('is told as well of a draft that was kept before the other change', () => {
    expect(clashesOf({ ...seen, due: '2026-08-31' }, { due: '2026-07-31' }, { due: '2026-06-30' })).toHaveLength(1)
  })
})
