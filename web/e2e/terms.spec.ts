import { expect, expectGood, settled, test as watched } from './fixtures'
import { type City, inCity } from './own-city'
import { claimed, desk, loggedIn, made } from './rights'

const FILE = '编号,姓名,手机号,年龄\n1,王芳,13800001111,30\n2,钱小满,13700003333,41\n'
const SQL = 'SELECT id, name FROM duties.person ORDER BY id'
const ADDRESS = `/query?sql=${encodeURIComponent(SQL)}`

/** A city whose clock runs, so that a term ends while somebody works, and two readers who are granted something. */
const test = inCity(async (city) => {
  await city.start('duties')
  const form = new FormData()
  form.set('dataset', 'duties.person')
  form.set('file', new Blob([FILE], { type: 'text/csv' }), 'persons.csv')
  expect((await fetch(`${city.address}/api/v1/batches`, { method: 'POST', body: form })).status).toBe(202)
  await expect
    .poll(async () => ((await (await fetch(`${city.address}/api/v1/datasets/duties.person`)).json()) as { rows: number }).rows, { timeout: 30_000 })
    .toBe(2)
  const root = await claimed(city)
  await made(root, { id: 'sec', name: '安管员', roles: ['security-administrator'] })
  await made(root, { id: 'zhou', name: '周某' })
  await made(root, { id: 'wu', name: '吴某' })
  await made(root, { id: 'zheng', name: '郑某' })
})

watched.describe.configure({ mode: 'serial' })

/** Grants a reader the names, for an hour if nothing else is said. */
async function granted(city: City, id: string, terms: { seconds?: number; uses?: number; columns?: string[] }): Promise<void> {
  const sec = await loggedIn(city, 'sec')
  const until = new Date(Date.now() + (terms.seconds ?? 3_600) * 1_000).toISOString()
  const grant = { to: { kind: 'person', id }, dataset: 'duties.person', columns: terms.columns ?? ['id', 'name'], up_to: 'general-2', purpose: '核对走访名单', until, ...(terms.uses && { uses: terms.uses }) }
  expect((await sec.post('/api/v1/grants', { data: grant })).status()).toBe(201)
  await sec.dispose()
}

test('a grant that was used as often as it says tells so where the question was asked, with what to do', async ({ browser, city }) => {
  const page = await desk(browser, city, 'zhou', ADDRESS)
  await granted(city, 'zhou', { uses: 1 })
  const run = page.getByRole('button', { name: '运行', exact: true })
  const rows = page.getByRole('table', { name: '结果' })
  await run.click()
  await expect(rows).toContainText('王芳')
  await run.click()
  const told = page.getByRole('alert')
  await expect(told).toContainText('授权次数已用完')
  await expect(told).toContainText('需要继续使用时，重新申请授权')
  await expect(told).toContainText('grant-used-up')
  await expect(rows).toHaveCount(0)
  await expect(page.getByRole('textbox', { name: 'SQL 编辑器' })).toContainText('duties.person')
  await expectGood(page, 'a grant that is used up')
  // From then on it is a permission that has ended.
  await run.click()
  await expect(told).toContainText('permission-ended')
  await page.context().close()
})

test('a grant whose term ends while somebody works tells so where the question was asked, with what to do', async ({ browser, city }) => {
  const page = await desk(browser, city, 'wu', ADDRESS)
  await granted(city, 'wu', { seconds: 15 })
  const run = page.getByRole('button', { name: '运行', exact: true })
  const rows = page.getByRole('table', { name: '结果' })
  await run.click()
  await expect(rows).toContainText('王芳')
  const told = page.getByRole('alert')
  await expect(async () => {
    await run.click()
    await expect(told).toContainText('permission-ended', { timeout: 1_000 })
  }).toPass({ timeout: 45_000 })
  await expect(told).toContainText('授权已结束')
  await expect(told).toContainText('按需要的用途和期限重新申请授权')
  await expect(rows).toHaveCount(0)
  await expect(page.getByRole('textbox', { name: 'SQL 编辑器' })).toContainText('duties.person')
  await expectGood(page, 'a permission that has ended')
  await page.context().close()
})

test('a dataset that is not shown is asked for, and of a counted grant each use is told before it is one', async ({ browser, city }) => {
  const page = await desk(browser, city, 'zheng', '/datasets/duties.person')
  await expect(page.getByLabel('授权申请').first()).toHaveValue(/申请查看数据：走访对象（duties\.person）；申请人：郑某/)
  // The numbers at any time, and the names twice.
  await granted(city, 'zheng', { columns: ['id'] })
  await granted(city, 'zheng', { uses: 2 })
  await page.goto('/datasets/duties.person?tab=sample')
  await settled(page)
  await expect(page.getByText('看一次样例用去 1 次授权')).toBeVisible()
  await expect(page.getByText('还可用 2 次').first()).toBeVisible()
  await expectGood(page, 'a sample that is asked for first')
  await page.getByRole('button', { name: '看样例' }).click()
  await expect(page.getByRole('table', { name: '样例' })).toContainText('王芳')
  await expect(page.getByText('还可用 1 次').first()).toBeVisible()
  await page.goto(ADDRESS)
  await settled(page)
  await expect(page.getByText('还可用 1 次').first()).toBeVisible()
  await page.goto('/account?tab=sights')
  await settled(page)
  await expect(page.getByText('还可用 1 次').first()).toBeVisible()
  await page.context().close()
})
