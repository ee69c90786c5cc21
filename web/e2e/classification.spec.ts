import { expect, expectAccessible, expectGood, settled, test as watched } from './fixtures'
import { inCity } from './own-city'
import { claimed, desk, loggedIn, made } from './rights'

const NOW = '2026-01-05T09:00+08:00'

/** Identity numbers with right check digits, of nobody. */
const NUMBERS = ['11010519491231002X', '320902199001010014']

const FILE = [
  '编号,姓名,手机号,备用一',
  ...Array.from({ length: 40 }, (_, row) => `${row},王芳,138000011${String(row).padStart(2, '0')},${NUMBERS[row % 2] ?? ''}`),
].join('\n')

/** A city with a steward who has delivered, a steward of another department, an analyst and the administrators. */
const test = inCity(async (city) => {
  await city.start('classified', NOW)
  const root = await claimed(city)
  await made(root, { id: 'wang', name: '王数管', roles: ['steward'], department: '市民政局' })
  await made(root, { id: 'li', name: '李分析', roles: ['reader'] })
  await made(root, { id: 'sun', name: '孙安全', roles: ['security-administrator'] })
  const wang = await loggedIn(city, 'wang')
  const file = { name: '登记.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) }
  const delivered = await wang.post('/api/v1/batches', { multipart: { dataset: 'classified.record', file } })
  expect(delivered.status()).toBe(202)
  const place = delivered.headers()['location'] ?? ''
  await expect.poll(async () => ((await (await wang.get(place)).json()) as { status: string }).status).toBe('collected')
  expect((await wang.post('/api/v1/classification/renewal', { data: {} })).status()).toBe(200)
})

watched.describe.configure({ mode: 'serial' })

test.beforeEach(({ watched: faults }) => faults.allow(/status of 4(01|03|04|22)/))

test('a steward reads why, confirms one and then the rest, and readers see masks at once', async ({ browser, city }) => {
  const li = await loggedIn(city, 'li')
  const asked = async (column: string) => {
    const answer = await li.post('/api/v1/query', { data: { sql: `SELECT ${column} FROM classified.record ORDER BY id LIMIT 1` } })
    return ((await answer.json()) as { rows: (string | null)[][] }).rows[0]?.[0]
  }
  // Check digits speak for the spare column, so that it is hidden before anybody has decided; a name alone hides nothing.
  expect(await asked('spare')).toBeNull()
  expect(await asked('mobile')).toBe('13800001100')
  const page = await desk(browser, city, 'wang', '/datasets/classified.record')
  await page.getByRole('link', { name: '分类分级', exact: true }).last().click()
  await settled(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('分类分级')
  await expect(page.getByText('抽样 40 个值，40 个像公民身份号码（校验位正确）')).toBeVisible()
  await expect(page.getByText('已先行按此执行')).toBeVisible()
  for (const number of NUMBERS) await expect(page.getByText(number)).toHaveCount(0)
  await expectGood(page, 'suggestions')
  for (const width of [1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 900 })
    // Nobody scrolls sideways to what may be done.
    const box = await page.getByRole('button', { name: '确认手机号的分级' }).boundingBox()
    expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThan(width)
  }
  await page.getByRole('button', { name: '确认手机号的分级' }).click()
  const dialog = page.getByRole('dialog')
  await expectAccessible(page, 'confirmation')
  await dialog.getByRole('button', { name: '确 认' }).or(dialog.getByRole('button', { name: '确认' })).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: '确认手机号的分级' })).toHaveCount(0)
  expect(await asked('mobile')).toBeNull()
  await page.getByRole('checkbox', { name: '选择备用一' }).check()
  await page.getByRole('checkbox', { name: '选择姓名' }).check()
  await page.getByRole('button', { name: '确认所选' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^确\s?认$/ }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('button', { name: '确认备用一的分级' })).toHaveCount(0)
})

test('a rejection and a lowering say why, and the security administrator reads the lowering', async ({ browser, city }) => {
  const page = await desk(browser, city, 'wang', '/classification?dataset=classified.record')
  await page.getByRole('button', { name: '不采纳备注的建议' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: /^不采纳$/ })).toBeDisabled()
  await dialog.getByText('样例数据').click()
  await dialog.getByRole('button', { name: /^不采纳$/ }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const wang = await loggedIn(city, 'wang')
  expect((await wang.post('/api/v1/classification/renewal', { data: {} })).status()).toBe(200)
  // What flowed into the model comes with its way.
  await page.goto('/classification?dataset=classified.roll')
  await settled(page)
  await expect(page.getByText('沿血缘流入一般3级')).toBeVisible()
  await page.getByRole('button', { name: '改定核对号的分级' }).click()
  await page.getByRole('dialog').getByRole('combobox').first().click()
  await page.getByTitle('一般1级').click()
  await page.getByRole('dialog').getByText('已去标识').click()
  await expectAccessible(page, 'change')
  await page.getByRole('dialog').getByRole('button', { name: /^改\s?定$/ }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('tab', { name: '进展' }).click()
  await settled(page)
  await expectGood(page, 'progress')
  const sun = await desk(browser, city, 'sun', '/classification')
  await expect(sun.getByRole('tab', { name: '待确认建议' })).toHaveCount(0)
  await expect(sun.getByText('classified.roll.spare')).toBeVisible()
  await expect(sun.getByText('已去标识')).toBeVisible()
  await expect(sun.getByRole('link', { name: 'classified.record.spare' })).toBeVisible()
  await expectGood(sun, 'lowerings')
})

test('whoever stewards nothing is told that the page is not theirs', async ({ browser, city }) => {
  const page = await desk(browser, city, 'li', '/classification')
  await expect(page.getByText('没有这项权限')).toBeVisible()
  await expect(page.getByRole('tab', { name: '待确认建议' })).toHaveCount(0)
  await expectGood(page, 'not theirs')
})
