import type { APIRequestContext, Page } from '@playwright/test'
import { planInForce } from './city'
import { expect, expectAccessible, expectCalm, expectNoSideways, settled, test } from './fixtures'
import { expectGoodWithoutScripts, phone } from './phone'

interface Line {
  id: string
  narrow: string | null
  title: { zh: string }
}

/** A board that can be opened for a county or a zone. */
async function narrowed(request: APIRequestContext): Promise<Line> {
  const { boards } = (await (await request.get('/api/v1/boards')).json()) as { boards: Line[] }
  const board = boards.find(({ narrow }) => narrow === 'managing')
  if (!board) throw new Error('no pack declares a board that can be opened for counties and zones')
  return board
}

async function drawn(page: Page): Promise<void> {
  await page.locator('.block').first().waitFor()
}

test('a board is opened for one county, and says so in its address', async ({ page, request }) => {
  const board = await narrowed(request)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/boards')
  await settled(page)
  await expectAccessible(page, 'boards')
  await page.getByRole('link', { name: board.title.zh, exact: true }).click()
  await drawn(page)
  await expect(page.getByText('实时更新')).toBeVisible()
  await page.getByRole('combobox', { name: '区域' }).click()
  await page.getByTitle('大丰区').click()
  await expect(page).toHaveURL(/area=dafeng/)
  await expect(page.getByText('实时更新')).toBeVisible()
})

test('both zones are on the map of a board, and one opens it for itself', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/boards/telecom.network')
  await drawn(page)
  const map = page.locator('.block-of-map')
  for (const zone of ['经开区', '盐南高新区']) await expect(map.locator('.county').filter({ hasText: zone })).toContainText(/\d/)
  await map.getByRole('button', { name: /^盐南高新区 .*\d/ }).first().click()
  await expect(page).toHaveURL(/area=yannan/)
  await expect(map.locator('.county-chosen')).toHaveCount(1)
  // A zone that the data do not tell of says so: stations of the air are listed by county.
  await page.goto('/boards/air.quality')
  await drawn(page)
  await expect(map.locator('.county').filter({ hasText: '盐南高新区' })).toContainText('未单列')
})

test('a board that extends another shows its blocks of a part alone', async ({ page, request }) => {
  interface Shown {
    tiles: { id: string; answer?: { only: Record<string, string[]>; groups: { points: { value: number }[] }[] } }[]
  }
  const read = async (id: string) => (await (await request.get(`/api/v1/boards/${id}`)).json()) as Shown
  const [whole, part] = [await read('telecom.network'), await read('telecom.countryside')]
  const tile = (board: Shown, id: string) => board.tiles.find((one) => one.id === id)?.answer
  expect(tile(part, 'gigabit_rate')).toBeUndefined()
  expect(tile(part, 'monthly')?.only).toEqual({ area_kind: ['3', '4'] })
  const sum = (board: Shown) => tile(board, 'monthly')?.groups[0]?.points.reduce((all, { value }) => all + (value ?? 0), 0) ?? 0
  expect(sum(part)).toBeGreaterThan(0)
  expect(sum(part)).toBeLessThan(sum(whole))
  await page.goto('/boards/telecom.countryside?area=yannan')
  await drawn(page)
  await expect(page.getByRole('region', { name: '每月新增5G基站' })).toBeVisible()
  await expect(page.getByRole('region', { name: '在用5G基站' })).toHaveCount(0)
})

test('a tile of a map, a point of a trend and a change open the trail of their number', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/boards/cockpit.city')
  await drawn(page)
  const drawer = page.getByRole('dialog', { name: '这个数从哪里来' })
  const closed = async () => {
    await page.keyboard.press('Escape')
    await expect(drawer).toHaveCount(0)
  }
  await page.getByRole('region', { name: '各地新增5G基站' }).getByRole('button', { name: /^大丰区 .*看这个数从哪里来$/ }).click()
  await expect(drawer).toContainText('telecom.station_month')
  await expect(page).toHaveURL(/\/boards\/cockpit\.city$/)
  await closed()

  const trend = page.getByRole('region', { name: '每月新增5G基站' }).locator('.trend-svg')
  const points = trend.getByRole('button')
  await expect(trend.locator('.press[tabindex="0"]')).toHaveCount(1)
  await points.last().focus()
  await page.keyboard.press('ArrowLeft')
  const before = points.nth((await points.count()) - 2)
  await expect(before).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(drawer).toContainText('telecom.station_month')
  await closed()
  await expect(before).toBeFocused()

  await page.getByRole('region', { name: '新增5G基站', exact: true }).locator('.change').getByRole('button').first().click()
  await expect(drawer).toContainText('telecom.station_month')
})

for (const language of ['zh-CN', 'en']) {
  test(`every board at every width in ${language}`, async ({ page, request }) => {
    await page.addInitScript((wanted) => localStorage.setItem('yandu.language', wanted), language)
    const { boards } = (await (await request.get('/api/v1/boards')).json()) as { boards: Line[] }
    for (const { id } of boards) {
      for (const width of [390, 1920, 1280]) {
        await page.setViewportSize({ width, height: 900 })
        if (width === 390) await page.goto(`/boards/${id}`)
        await drawn(page)
        await (width === 1920 ? expectNoSideways : expectCalm)(page, `${id} at ${width}`)
      }
      await page.setViewportSize({ width: 1920, height: 1080 })
      await page.goto(`/wall/${id}`)
      await drawn(page)
      await expectAccessible(page, `wall of ${id}`)
    }
  })
}

test('trends of the air and of the population go over a year, and beside a number stands that of the year before', async ({ request }) => {
  interface Tile {
    id: string
    kind: string
    answer?: { groups: { points: { value?: number | null }[]; year_before: { change?: number | null } | null }[] }
  }
  for (const board of ['air.quality', 'population.county']) {
    const { tiles } = (await (await request.get(`/api/v1/boards/${board}`)).json()) as { tiles: Tile[] }
    const trends = tiles.filter(({ kind }) => kind === 'trend')
    expect(trends.length, board).toBeGreaterThan(1)
    for (const { id, answer } of trends) {
      const told = answer?.groups[0]?.points.filter(({ value }) => typeof value === 'number') ?? []
      expect(told.length, `${board}/${id}`).toBeGreaterThanOrEqual(11)
    }
    const first = board === 'air.quality' ? 'pm25' : 'residents_trend'
    const number = tiles.find(({ id }) => id === first)?.answer?.groups[0]
    expect(typeof number?.year_before?.change, `${board}/${first}`).toBe('number')
  }
})

test('a wall keeps its numbers while the line is dead, greys them, and comes back by itself', async ({ page, request, watched }) => {
  watched.allow(/ERR_FAILED|ERR_INTERNET_DISCONNECTED|Failed to fetch/)
  const board = await narrowed(request)
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.clock.install()
  await page.route('**/changes*', (route) => route.abort())
  await page.goto(`/wall/${board.id}`)
  await drawn(page)
  await expect(page.getByRole('alert')).toContainText('连接中断')
  await page.route(`**/api/v1/boards/**`, (route) => route.abort())
  const whole = await page.locator('.block').count()
  await page.clock.runFor(200_000)
  await expect(page.getByRole('alert')).toContainText(/连接中断 \d+ 分钟/)
  await expect(page.locator('.block-stale')).toHaveCount(whole)
  await expectAccessible(page, 'a wall without a line')
  await page.unroute('**/api/v1/boards/**')
  await page.unroute('**/changes*')
  await page.clock.runFor(40_000)
  await expect(page.getByText('● 实时')).toBeVisible()
})

test('a wall loads itself anew at its hour, and only once the program answers', async ({ page, request, watched }) => {
  watched.allow(/ERR_FAILED|Failed to fetch/)
  const board = await narrowed(request)
  const { now } = (await (await request.get('/api/v1/clock')).json()) as { now: string }
  const soon = new Date(Date.parse(now) + 8 * 3_600_000 + 60_000).toISOString().slice(11, 16)
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.clock.install()
  const asked: string[] = []
  await page.route('**/healthz', (route) => {
    asked.push(route.request().url())
    return route.abort()
  })
  await page.goto(`/wall/${board.id}?reload=${soon}`)
  await drawn(page)
  await page.evaluate(() => document.body.setAttribute('data-before', 'yes'))
  await page.clock.runFor(61_000)
  await expect.poll(() => asked.length).toBe(1)
  await expect(page.locator('body[data-before]')).toHaveCount(1)
  await page.unroute('**/healthz')
  await page.clock.runFor(61_000)
  await expect(page.locator('body[data-before]')).toHaveCount(0)
  await drawn(page)
})

test('a number on a wall leads to where it can be followed, and the wall stays', async ({ page, context }) => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.goto('/wall/cockpit.city')
  await drawn(page)
  const [beside] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: '新增5G基站', exact: true }).click()])
  await beside.locator('.block').filter({ hasText: '新增5G基站' }).first().locator('.block-figure').getByRole('button').click()
  await expect(beside.getByRole('dialog')).toContainText('telecom.station_month')
  await expect(page).toHaveURL(/\/wall\/cockpit\.city$/)
})

test('a wall goes through the counties when it is asked to', async ({ page, request }) => {
  const board = await narrowed(request)
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.clock.install()
  await page.goto(`/wall/${board.id}?cycle=30`)
  await drawn(page)
  await expect(page.locator('.wall-area')).toHaveText('全市')
  await page.clock.runFor(31_000)
  await expect(page.locator('.wall-area')).not.toHaveText('全市')
  await expect(page.locator('.block').first()).toBeVisible()
})

test('a wall of several screens has twenty-four columns and fills them', async ({ page, request }) => {
  const board = await narrowed(request)
  await page.setViewportSize({ width: 3840, height: 1080 })
  await page.goto(`/wall/${board.id}`)
  await drawn(page)
  await expect(page.locator('.wall-wide')).toBeVisible()
  const edges = await page.locator('.block').evaluateAll((blocks) => blocks.map((block) => block.getBoundingClientRect()).map(({ right, bottom }) => ({ right, bottom })))
  expect(Math.max(...edges.map(({ right }) => right))).toBeGreaterThan(3840 * 0.9)
  expect(Math.max(...edges.map(({ bottom }) => bottom))).toBeLessThanOrEqual(1080)
})

test('a board that is not there, and one that may not be seen', async ({ page, watched }) => {
  watched.allow(/status of 40[34]/)
  await page.goto('/boards/no.such')
  await expect(page.getByRole('alert')).toContainText('no-board')
  const refusal = { type: '/errors/host-refused', title: '标题', status: 403, code: 'host-refused', detail: 'told by the program' }
  await page.route('**/api/v1/boards/plan.city*', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(refusal) }))
  await page.goto('/boards/plan.city')
  await expect(page.locator('.problem-forbidden')).toBeVisible()
  await page.goto('/wall/plan.city')
  await expect(page.getByRole('alert')).toContainText('无权查看')
  await expectAccessible(page, 'a wall that may not be seen')
})

test('lamps of the plan in force lead to their place in it, and change with a step while somebody looks', async ({ page, request }) => {
  await planInForce(request, 2028)
  const board = (await (await request.get('/api/v1/boards/plan.overview')).json()) as { tiles: { id: string; lamps?: { plan: string; lines: { item: string; name: string }[] } }[] }
  const lamps = board.tiles.find(({ id }) => id === 'points')?.lamps
  const point = lamps?.lines[0]
  if (!lamps || !point) throw new Error('the plan in force has no points')
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/boards/plan.overview')
  await drawn(page)
  await expect(page.getByText('实时更新')).toBeVisible()
  const points = page.getByRole('region', { name: '各要点' })
  await expect(points.locator('.lamps-list li')).toHaveCount(lamps.lines.length)
  await expectAccessible(page, 'lamps on a board')

  const { tasks } = (await (await request.get(`/api/v1/plans/${lamps.plan}/tasks`)).json()) as { tasks: { nodes: { id: string; begun: unknown }[] }[] }
  const node = tasks.flatMap(({ nodes }) => nodes).find(({ begun }) => !begun)
  if (!node) throw new Error('every node has begun')
  const before = await points.innerText()
  const step = await request.post(`/api/v1/plans/${lamps.plan}/nodes/${node.id}/steps`, { data: { step: 'begin' } })
  expect(step.ok()).toBe(true)
  await expect.poll(() => points.innerText()).not.toBe(before)

  await points.getByRole('link', { name: point.name, exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/plans/${lamps.plan}#${point.item.replace('/', '-')}$`))
})

test('a wall shows whole lines of lamps, large enough for a room', async ({ page, request }) => {
  await planInForce(request, 2028)
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.goto('/wall/plan.overview')
  await drawn(page)
  await page.locator('.lamps-list').first().waitFor()
  const cut = await page.locator('.lamps-list').evaluateAll((lists) =>
    lists.flatMap((list) => {
      const place = list.getBoundingClientRect()
      const lines = [...list.children].map((line) => line.getBoundingClientRect()).filter(({ left }) => left < place.right - 1)
      return lines.filter(({ bottom }) => bottom > place.bottom + 1).length
    }),
  )
  expect(cut.reduce((sum, count) => sum + count, 0)).toBe(0)
  const letters = await page.locator('.lamps-name').first().evaluate((name) => parseFloat(getComputedStyle(name).fontSize))
  // Letters of 18 of 1080 lines on a wall of two metres and a half are read from five metres.
  expect(letters).toBeGreaterThanOrEqual(18)
  await expectNoSideways(page, 'a wall of lamps')
})

test('all words of a cockpit on a wall are large enough for a room', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.goto('/wall/cockpit.city')
  await drawn(page)
  const letters = await page.locator('.block-title, .block-figure .num, .block-unit, .change, .block-target p, .block-age').evaluateAll((all) =>
    all.filter((one) => one.textContent.trim() !== '').map((one) => [one.className, parseFloat(getComputedStyle(one).fontSize)] as const),
  )
  expect(letters.length).toBeGreaterThan(40)
  expect(letters.filter(([, size]) => size < 18)).toEqual([])
  const cut = await page.locator('.block-age').evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().bottom > (one.parentElement?.getBoundingClientRect().bottom ?? 0) + 1).length)
  expect(cut).toBe(0)
})

test('an open board is read without scripts, as a visitor, for one county too', async ({ browser, baseURL }) => {
  const page = await phone(browser, { address: baseURL ?? '' })
  await page.goto('/open')
  await page.getByRole('link', { name: '公开看板' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('公开看板')
  await expectGoodWithoutScripts(browser, page, 'open-boards')
  // The cockpit is for whoever works in the city.
  await expect(page.getByRole('link', { name: '空气质量' })).toBeVisible()
  expect((await page.context().request.get('/open/boards/cockpit.city')).status()).toBe(404)
  await page.getByRole('link', { name: '空气质量' }).click()
  await expect(page.getByRole('heading', { level: 2, name: '各地细颗粒物月均浓度' })).toBeVisible()
  await expect(page.getByText(/读取人：公众访客/).first()).toBeVisible()
  await expect(page.getByText('这项没有向社会公开')).toHaveCount(0)
  await expectGoodWithoutScripts(browser, page, 'open-board')
  await page.getByLabel('区域').selectOption({ label: '射阳县' })
  await page.getByRole('button', { name: '查看' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('空气质量 · 射阳县')
  await page.getByRole('link', { name: '看所用的数据' }).first().click()
  await expect(page.getByRole('heading', { name: '数据预览' })).toBeVisible()
})
