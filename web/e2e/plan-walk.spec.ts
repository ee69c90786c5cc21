import type { Page } from '@playwright/test'
import { planInForce, planText, register, station } from './city'
import { expect, settled } from './fixtures'
import { inCity, until } from './own-city'

const FIRST = '基站台账_20260228.csv'
const STATIONS = [station(1, '2026-01-15'), station(2, '2026-02-11'), station(3, '2026-02-26')]
const TARGET = '年内新增5G基站1650座'
const TEXT = planText(2026).replace('新增5G基站120座', '新增5G基站1650座')

interface Shown {
  tiles: { id: string; answer?: { groups: { points: { value: number }[] }[] } }[]
}

const stations = (board: Shown) => board.tiles.find(({ id }) => id === 'new_station')?.answer?.groups[0]?.points.at(-1)?.value

/** A city whose one delivery is the register of base stations up to February. */
const test = inCity(async (city) => {
  city.put(`data/inbox/communications/${FIRST}`, register(STATIONS))
  await city.start(['../../../packs/base', '../../../packs/telecom', '../../../packs/plan'], '2026-03-05T09:00+08:00')
  await until(city.address, '/boards/telecom.network', (board: Shown) => stations(board) === 3)
})

// One walk, in one city.
test.describe.configure({ mode: 'serial' })

const wallOf = async (page: Page, board: string) => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.goto(`/wall/${board}`)
  await page.locator('.block').first().waitFor()
  await expect(page.getByText('● 实时')).toBeVisible()
}

const newStations = (page: Page) => page.getByRole('region', { name: '新增5G基站', exact: true }).locator('.block-figure')

/** The brief on March, until today. */
const briefOf = async (page: Page, id: string) => {
  await page.goto(`/plans/${id}?tab=papers&period=2026-03`)
  await settled(page)
  return page.getByRole('article', { name: /推进情况简报（3月）/ })
}

test('a plan is imported from its raw text, and its lamps are on the board', async ({ page, city }) => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/plans')
  await settled(page)
  await page.locator('input[type=file]').setInputFiles({ name: '工作要点.txt', mimeType: 'text/plain', buffer: Buffer.from(TEXT) })
  await page.getByRole('button', { name: '导入并核对' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '青岚县2026年数字工作要点' })).toBeVisible()
  await expect(page.getByText('已核 0 / 共 10 句')).toBeVisible()
  const imported = new URL(page.url()).pathname.split('/').at(-1)

  // Its review, sentence by sentence, is walked elsewhere; the same text is the same plan.
  const id = await planInForce(page.request, 2026, TEXT)
  expect(id).toBe(imported)
  const bound = await page.request.put(`${city.address}/api/v1/plans/${id}/targets/1/binding`, { data: { kind: 'metric', id: 'telecom.new_station', way: 'year-sum', reason: '市通管办台账' } })
  expect(bound.ok()).toBe(true)

  await page.goto('/boards/plan.overview')
  await page.locator('.block').first().waitFor()
  await expect(page.getByRole('region', { name: '各要点' })).toContainText('补齐网络短板')
  const targets = page.getByRole('region', { name: '指标完成情况' })
  await targets.getByRole('listitem').filter({ hasText: TARGET }).getByRole('button').click()
  const drawer = page.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(drawer.getByText('YCN202600003').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  await targets.getByRole('link', { name: TARGET }).click()
  await expect(page).toHaveURL(new RegExp(`/plans/${id}#target-1$`))
  await expect(page.locator('#target-1')).toContainText('3座')
})

test('a number on the wall is followed to the row of a station and to its batch', async ({ page, context }) => {
  await wallOf(page, 'telecom.network')
  await expect(newStations(page)).toHaveText(/^\s*3\s*座/)
  const [figure] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: '新增5G基站', exact: true }).click()])
  await settled(figure)
  await figure.getByRole('region', { name: '最新数值' }).locator('.figure').getByRole('button').click()
  const drawer = figure.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(drawer.locator('a[href="/datasets/telecom.base_station"]')).toBeVisible()
  await expect(drawer.getByText('YCN202600003').first()).toBeVisible()
  await expect(drawer.getByText('市通管办').first()).toBeVisible()
  const delivery = drawer.getByRole('list', { name: /来自 \d+ 次交付/ }).getByRole('listitem').first()
  await expect(delivery).toContainText(/第 [\d、…]+ 条记录/)
  await delivery.getByRole('link').first().click()
  await expect(figure).toHaveURL(/\/batches\//)
  await expect(figure.locator('main')).toContainText(FIRST)
})

test('a file of stations is delivered, and the number on the wall moves while somebody looks', async ({ page, context }) => {
  await wallOf(page, 'telecom.network')
  await expect(newStations(page)).toHaveText(/^\s*3\s*座/)
  const desk = await context.newPage()
  await desk.goto('/deliver?dataset=telecom.base_station')
  await settled(desk)
  await desk.locator('input[type=file]').setInputFiles({
    name: '基站台账_20260305.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(register([station(4, '2026-03-02'), station(5, '2026-03-04')])),
  })
  // The register is kept by the numbers of its stations: those that are there stay.
  await expect(desk.getByRole('radio', { name: /按主键更新/ })).toBeChecked()
  await desk.getByRole('button', { name: '开始交付' }).click()
  await expect(desk.getByText('已入库').first()).toBeVisible()
  await expect(newStations(page)).toHaveText(/^\s*5\s*座/)
})

test('a node comes behind its date: the lamp on the wall and the brief say so', async ({ page, context }) => {
  const id = await planInForce(page.request, 2026, TEXT)
  const desk = await context.newPage()
  await desk.setViewportSize({ width: 1280, height: 900 })
  await expect(await briefOf(desk, id)).toContainText('没有逾期的任务')
  await wallOf(page, 'plan.overview')
  const late = page.getByRole('region', { name: '逾期任务' })
  await expect(late).not.toContainText(TARGET)

  // A step that nobody has finished, due a week ago; the next one is still to come.
  await desk.goto(`/plans/${id}?tab=tasks`)
  await settled(desk)
  const point = desk.getByRole('region', { name: '一 补齐网络短板' })
  await point.getByRole('row').filter({ hasText: TARGET }).getByRole('button', { name: '展开行' }).click()
  await point.getByRole('button', { name: `为“${TARGET}”添加节点` }).click()
  const form = desk.getByRole('dialog')
  await form.getByRole('textbox', { name: '节点' }).fill('完成站址勘察')
  await form.getByRole('textbox', { name: '完成时限' }).fill('2026-02-26')
  await form.getByRole('textbox', { name: /原因/ }).fill('联席会议议定')
  await form.getByRole('button', { name: /^保 ?存$/ }).click()
  await expect(form).toBeHidden()
  await expect(late.getByRole('listitem').filter({ hasText: TARGET })).toBeVisible()
  await expect(late.locator('.lamps-counts .lamp-late')).toBeVisible()

  const brief = await briefOf(desk, id)
  await expect(brief).toContainText('有节点或指标逾期')
  await expect(brief).toContainText('完成站址勘察')
  await expect(brief).not.toContainText('没有逾期的任务')

  // Finished now it was finished late, and never turns green; nothing is overdue any more.
  const nodes = async () => {
    const { tasks } = (await (await page.request.get(`/api/v1/plans/${id}/tasks`)).json()) as { tasks: { nodes: { id: string; title: string; standing: { lamp: string } }[] }[] }
    return tasks.flatMap((task) => task.nodes).find(({ title }) => title === '完成站址勘察')
  }
  expect((await nodes())?.standing.lamp).toBe('late')
  const done = await page.request.post(`/api/v1/plans/${id}/nodes/${(await nodes())?.id}/steps`, { data: { step: 'finish' } })
  expect(done.ok()).toBe(true)
  await expect(late).not.toContainText(TARGET)
  expect((await nodes())?.standing.lamp).toBe('done-late')
  await expect(await briefOf(desk, id)).not.toContainText('有节点或指标逾期')
})
