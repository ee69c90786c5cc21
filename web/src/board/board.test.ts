import { describe, expect, test } from 'vitest'
import type { Board, BoardTile } from '../api/boards'
import { ApiError } from '../api/errors'
import { readFileSync } from 'node:fs'
import { areasOf } from '../kit/areas'
import { type Area, layout } from '../kit/cartogram'
import { nextArea, until, wishOf } from '../wall/wish'
import { lampAddress, tileAddress } from './address'
import { scale } from '../kit/scale'
import { drawn } from './drawn'
import { fitting } from './room'
import { whyWithout, without } from './without'
import { EventReader } from './events'
import { GAP, HIGH, lettering } from './lettering'
import { merged, waitBefore } from './live'
import { inOrder, rowsOf, slotOf, spread } from './order'
import { staleness } from './staleness'
import { onto } from './useBoard'

const slot = (x: number, y: number, w: number, h: number) => ({ x, y, w, h })
const tile = (id: string, at = slot(0, 0, 3, 2), wide?: BoardTile['wide']): BoardTile => ({ id, kind: 'number', slot: at, ...(wide && { wide }) }) as BoardTile
const ids = (tiles: BoardTile[]) => tiles.map(({ id }) => id)

describe('the stream of a board', () => {
  test('is read wherever it was cut, and comments are no events', () => {
    const text = 'event: tiles\ndata: {"a":1}\n\n: here\n\nevent: tiles\r\ndata: x\r\ndata: y\r\n\r\n'
    for (let cut = 0; cut < text.length; cut += 1) {
      const reader = new EventReader()
      expect([...reader.read(text.slice(0, cut)), ...reader.read(text.slice(cut))], String(cut)).toEqual([
        { event: 'tiles', data: '{"a":1}' }, { event: 'tiles', data: 'x\ny' },
      ])
    }
  })
  test('puts changed blocks into their places and leaves the others as they are', () => {
    const [one, two] = [tile('one'), tile('two')]
    const board = { tiles: [one, two], data_version: 'a' } as unknown as Board
    const next = merged(board, { tiles: [tile('two', slot(1, 1, 1, 1)), tile('three')], data_version: 'b' })
    expect(ids(next.tiles)).toEqual(['one', 'two'])
    expect(next.tiles[0]).toBe(one)
    expect(next.tiles[1]?.slot.x).toBe(1)
    expect(merged(board, { tiles: [tile('one')], data_version: 'a' })).toBe(board)
  })
  test('is tried again ever later, but never later than half a minute, and not by all at once', () => {
    expect([0, 1, 2].map((attempt) => waitBefore(attempt, 1))).toEqual([1000, 2000, 4000])
    expect(waitBefore(60, 1)).toBe(30_000)
    expect(waitBefore(0, 0)).toBe(500)
  })
})

describe('what was in sight', () => {
  const seen = { board: { id: 'a.b' } as Board, error: undefined, isConnected: true, heardAt: 7 }
  const failed = (status: number) => ({ board: undefined, error: new ApiError({ type: '', title: '', status, code: 'x', detail: '' }), isConnected: false, heardAt: undefined })
  test('stays, as old as it is, while another area is read and while nobody answers', () => {
    expect(onto(seen, { board: undefined, error: undefined, isConnected: false, heardAt: undefined })).toMatchObject({ board: seen.board, heardAt: 7, isConnected: false })
    for (const status of [0, 502]) expect(onto(seen, failed(status))).toMatchObject({ board: seen.board, heardAt: 7, error: undefined })
  })
  test('goes when it is refused', () => expect(onto(seen, failed(403)).board).toBeUndefined())
})

describe('a block leads', () => {
  const one = { ...tile('one'), answer: { metric: 'air.aqi' } } as unknown as BoardTile
  const lamps = { ...tile('lamps'), lamps: { plan: '2025' } } as unknown as BoardTile
  test('to the board that its pack names, to its metric or to the plan of its lamps, in the area that is open', () => {
    expect(tileAddress({ ...one, drill: 'air.quality' }, '320902')).toBe('/boards/air.quality?area=320902')
    expect([tileAddress(one, undefined), tileAddress(one, '320902')]).toEqual(['/figures/air.aqi', '/figures/air.aqi?f.area=320902'])
    expect(tileAddress(one, 'yannan'), 'a unit is one of the units there, too').toBe('/figures/air.aqi?level=managing&f.area=yannan')
    expect([tileAddress(lamps, undefined), tileAddress(tile('words'), undefined)]).toEqual(['/plans/2025?tab=tasks', undefined])
  })
  test('from each lamp to its place in the plan', () => {
    const at = (item: string, lead?: string, area?: string) => lampAddress('2025', { item, lead }, area)
    expect([at('point/3'), at('target/5')]).toEqual(['/plans/2025#point-3', '/plans/2025#target-5'])
    expect(new URLSearchParams(at('unit/市/局').split('?')[1]).get('unit')).toBe('市/局')
    expect(new URLSearchParams(at('task/3.2', '市数据局').split('?')[1]).get('unit')).toBe('市数据局')
    expect(at('node/3.2.1', '市数据局', '320902')).toBe('/plans/2025?tab=tasks')
  })
})

describe('a block is grey', () => {
  const answer = (late: number | null) => ({ freshness: { late_days: late } }) as Parameters<typeof staleness>[0]
  test('when its data are late', () => expect([staleness(answer(3), 0, 0), staleness(answer(null), 0, 0)]).toEqual(['late', undefined]))
  test('when nothing has been heard for two minutes, whatever its data say', () => {
    expect(staleness(answer(null), 1_000, 121_001)).toBe('unheard')
    expect(staleness(undefined, 1_000, 120_000)).toBeUndefined()
  })
})

describe('blocks', () => {
  test('are read from top to bottom, then from left to right', () =>
    expect(ids(inOrder([tile('c', slot(0, 2, 1, 1)), tile('b', slot(6, 0, 1, 1)), tile('a')], false))).toEqual(['a', 'b', 'c']))
  test('of a board that says nothing of a wall are twice as wide there', () => {
    const [one] = spread([tile('a', slot(9, 0, 3, 2), slot(9, 0, 3, 2))])
    expect(one && slotOf(one, true)).toEqual(slot(18, 0, 6, 2))
  })
  test('of a board that does keep their places', () => {
    const tiles = [tile('a', slot(0, 0, 3, 2), slot(0, 0, 3, 2)), tile('b', slot(3, 0, 3, 2), slot(20, 0, 4, 2))]
    expect(spread(tiles)).toBe(tiles)
  })
  test('take as many rows as the lowest of them reaches', () => expect(rowsOf([tile('a', slot(0, 7, 1, 2)), tile('b')], false)).toBe(9))
})

describe('a small trend', () => {
  const area = { width: 400, height: 200, letter: 10 }
  test('has round numbers at its edge, and bars begin at zero', () => {
    expect(scale([87, 93], false).ticks).toEqual([86, 88, 90, 92, 94])
    expect(scale([87, 93], true).low).toBe(0)
    expect(scale([-5, 5], true)).toMatchObject({ low: -5, high: 5 })
    expect([scale([0, 7], true).ticks, scale([85.5, 91.7], false).ticks]).toEqual([[0, 5, 10], [85, 87.5, 90, 92.5]])
  })
  test('of one and the same number is a line, too', () => expect(scale([7, 7], false).high).toBeGreaterThan(scale([7, 7], false).low))
  test('breaks where a number is missing', () => {
    const picture = drawn([[1, 2, null, 3]], undefined, 'line', area)
    expect(picture?.lines[0]?.match(/M/g)).toHaveLength(2)
    expect(drawn([[1, null, 3]], undefined, 'bar', area)?.bars).toHaveLength(2)
  })
  test('of no numbers, or without room, is not drawn', () => {
    expect(drawn([[null, null]], undefined, 'line', area)).toBeUndefined()
    expect(drawn([[1, 2]], undefined, 'line', { ...area, width: 20 })).toBeUndefined()
  })
  test('reaches up to its target', () => {
    const picture = drawn([[1, 2]], 50, 'line', area)
    expect(picture?.targetY).toBeGreaterThanOrEqual(0)
    expect(picture?.ticks.at(-1)?.value).toBeGreaterThanOrEqual(50)
  })
  test('is pressed at every number that is there, the whole height where there is one line and apart where there are several', () => {
    for (const kind of ['line', 'bar']) {
      const spots = drawn([[1, null, 3]], undefined, kind, area)?.spots ?? []
      expect(spots.map(({ line, place }) => [line, place])).toEqual([[0, 0], [0, 2]])
      expect((spots[0]?.x ?? 0) + (spots[0]?.width ?? 0)).toBeLessThanOrEqual(spots[1]?.x ?? 0)
      expect(spots[0]?.height).toBe(spots[1]?.height)
    }
    const [low, high] = drawn([[1], [9]], undefined, 'line', area)?.spots ?? []
    expect((high?.y ?? 0) + (high?.height ?? 0)).toBeLessThan(low?.y ?? 0)
    const bars = drawn([[1], [9]], undefined, 'bar', area)?.spots ?? []
    expect(bars).toHaveLength(2)
    const [one, other] = bars
    expect((one?.x ?? 0) + (one?.width ?? 0)).toBeLessThanOrEqual((other?.x ?? 0) + 0.2)
  })
  test('names its last period, and no two names lie over each other', () => {
    const names = drawn([Array.from({ length: 36 }, (_, at) => at)], undefined, 'line', area)?.names ?? []
    expect(names.at(-1)?.place).toBe(35)
    for (const [at, { x }] of names.entries()) if (at > 0) expect(x - (names[at - 1]?.x ?? 0)).toBeGreaterThan(60)
  })
})

/** The areas of the city that is built in. */
function yancheng(): Area[] {
  const [head = '', ...lines] = readFileSync(new URL('../../../city/yancheng/areas.csv', import.meta.url), 'utf8').trim().split('\n')
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    const cell = (name: string) => cells[names.indexOf(name)] ?? ''
    const place = cell('column') ? { column: Number(cell('column')), row: Number(cell('row')), width: Number(cell('width')) } : null
    return { code: cell('code'), unit: cell('unit') || null, is_city: cell('code').endsWith('00'), name: { zh: cell('name'), en: cell('name_en') }, place }
  })
}

describe('the picture of a city', () => {
  const area = (code: string, place?: Area['place'], is_city = false): Area => ({ code, unit: null, is_city, name: { zh: code, en: null }, place: place ?? null })
  const at = (code: string, column: number, row: number) => area(code, { column, row, width: 2 })
  const places = (areas: Area[]) => layout(areas).map(({ code, column, row }) => [code, column, row])
  test('is drawn as the city says, from its first column and row', () => {
    expect(layout(yancheng()).map(({ code }) => code)).toEqual([
      '320921', '320923', '320922', '320925', '320924', '320903', '320902', '320904', '320971', '320972', '320981',
    ])
    expect(places([at('b', 5, 3), at('a', 3, 2)])).toEqual([['a', 1, 0], ['b', 3, 1]])
  })
  test('has the counties that the city says nothing of in a grid, in the order of their codes and below the others', () => {
    const five = ['05', '02', '01', '04', '03'].map((code) => area(code))
    expect(places([area('00', undefined, true), ...five])).toEqual([['01', 1, 0], ['02', 3, 0], ['03', 5, 0], ['04', 1, 1], ['05', 3, 1]])
    expect(places([at('09', 1, 0), at('08', 3, 0), ...five.slice(0, 3)])).toEqual([['09', 1, 0], ['08', 3, 0], ['01', 1, 1], ['02', 3, 1], ['05', 1, 2]])
    expect(layout([])).toEqual([])
  })
  test('calls areas by the words of the city, those of units too, and as the program gave them where it has none', () => {
    const told = [{ ...at('229902', 1, 0), unit: 'jiangbei', name: { zh: '江北区', en: 'Jiangbei' } }, area('229900', undefined, true)]
    const [zh, en] = [areasOf(told, 'zh-CN'), areasOf(told, 'en')]
    expect([zh.nameOf('229902'), en.nameOf('jiangbei'), en.nameOf('229900'), zh.nameOf('x')]).toEqual(['江北区', 'Jiangbei', '229900', 'x'])
    expect(zh.city).toBe('229900')
  })
})

describe('a tile of the map', () => {
  /** As in board.css; letters reach about so far above and below the line that they stand on. */
  const [name, value, small] = [15, 16, 13]
  const [above, below] = [0.8, 0.25]
  test('cuts through no letter where its name ends and its number begins', () => {
    const told = yancheng()
    const tiles = layout(told)
    expect(tiles).toHaveLength(11)
    for (const { code, width } of tiles) {
      for (const language of ['zh-CN', 'en']) {
        const { lines, valueY, between } = lettering(areasOf(told, language).nameOf(code), width)
        const [ofName, ofValue] = width === 1 ? [small, small] : [name, value]
        expect(lines.map(({ text }) => text).join('').length, code).toBeGreaterThan(1)
        expect((lines.at(-1)?.y ?? 0) + below * ofName, code).toBeLessThanOrEqual(between)
        expect(valueY - above * ofValue, code).toBeGreaterThanOrEqual(between)
        expect(valueY + below * ofValue, code).toBeLessThanOrEqual(HIGH - GAP)
      }
    }
  })
  test('has a long name in two lines where it is half as wide, and breaks no word of another script', () => {
    const lines = (text: string, width: 1 | 2) => lettering(text, width).lines.map((line) => line.text)
    expect(lines('盐南高新区', 1)).toEqual(['盐南', '高新区'])
    expect(lines('盐南高新区', 2)).toEqual(['盐南高新区'])
    expect(lines('经开区', 1)).toEqual(['经开区'])
    expect(lines('Dev. zone', 1)).toEqual(['Dev.', 'zone'])
    expect(lines('Yannan', 1)).toEqual(['Yannan'])
  })
})

describe('what a wall is asked for', () => {
  const wish = (path: string, asked = '') => wishOf(path, new URLSearchParams(asked))
  test('stands in its address', () =>
    expect(wish('/wall/plan.city', 'area=320902&cycle=30&reload=03:30')).toEqual({ board: 'plan.city', area: '320902', cycle: 30, reload: { hour: 3, minute: 30 } }))
  test('nonsense in it does no harm', () => {
    expect(wish('/wall/plan.city', 'cycle=-1&reload=25:00')).toEqual({ board: 'plan.city', area: undefined, cycle: undefined, reload: undefined })
    expect(wish('/wall/plan.city', 'cycle=1').cycle).toBe(10)
    expect(wish('/wall/%E0%A4').board).toBe('')
    expect(wish('/wall').board).toBe('')
  })
  test('it loads itself anew at the hour of the city', () => {
    expect(wish('/wall/a.b').reload).toEqual({ hour: 4, minute: 0 })
    const noon = Date.parse('2026-01-05T12:00:00+08:00')
    expect(until({ hour: 4, minute: 0 }, noon)).toBe(16 * 3_600_000)
    expect(until({ hour: 13, minute: 30 }, noon)).toBe(90 * 60_000)
    expect(until({ hour: 12, minute: 0 }, noon)).toBe(24 * 3_600_000)
  })
  test('a cycle begins with the whole city and comes back to it', () => {
    const areas = [{ code: 'a' }, { code: 'b' }]
    expect([undefined, 'a', 'b', 'gone'].map((area) => nextArea(areas, area))).toEqual(['a', 'b', undefined, 'a'])
  })
})

test('a list where nobody scrolls says how many have no room', () => {
  expect(fitting(10, 200, 20)).toBe(10)
  expect(fitting(11, 200, 20)).toBe(9)
  // Of a part of a longer list it has to say so even where that part has room.
  expect([10, 9, 1].map((count) => fitting(count, 200, 20, true))).toEqual([9, 9, 1])
  expect(fitting(3, 10, 20)).toBe(1)
  expect(fitting(3, 0, 0)).toBe(3)
})

test('a list of areas names those without a number, as the map does', () => {
  const [tinghu, yannan] = [{ code: 'tinghu', name: '亭湖区' }, { code: 'yannan', name: '盐南高新区' }]
  const group = (value: string) => ({ keys: [{ dimension: 'area', value }] }) as never
  const answer = { groups: [group('tinghu')], groups_in_all: 1 }
  expect(without(answer, [tinghu, yannan], undefined)).toEqual([yannan])
  expect([whyWithout({ width: 1 }), whyWithout({ width: 2 })]).toEqual(['board.not-apart', 'figure.no-data'])
  // One area alone, a part of a list, or something else than areas lacks none.
  expect(without(answer, [tinghu, yannan], 'tinghu')).toEqual([])
  expect(without({ ...answer, groups_in_all: 2 }, [tinghu, yannan], undefined)).toEqual([])
  expect(without({ ...answer, groups: [group('CM')] }, [tinghu, yannan], undefined)).toEqual([])
})
