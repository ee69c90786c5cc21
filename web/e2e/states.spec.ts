import { readFile } from 'node:fs/promises'
import { residentBatch } from './city'
import { expect, expectAccessible, expectNoSideways, settled, test, writeOver } from './fixtures'

/*
 * Answers are put in the place of the program's only where a program that works cannot be brought to give them: a fault of
 * its own, a refusal of rights (there are no accounts yet), being away, being slow. Everything else is asked of a program.
 */

const problem = (status: number, code: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: `/errors/${code}`, title: '标题', status, code, detail: 'told by the program' }),
})

test('a program that fails is told with its code, and can be tried again', async ({ page, watched }) => {
  watched.allow(/status of 500/)
  await page.route('**/api/v1/ledger/entries?*', (route) => route.fulfill(problem(500, 'internal')))
  await page.goto('/catalogue')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('told by the program')
  await expect(alert).toContainText('internal')
  await expectAccessible(page, 'failure')
  await page.unroute('**/api/v1/ledger/entries?*')
  await alert.getByRole('button', { name: '重试' }).click()
  await expect(page.getByRole('table', { name: '数据目录' })).toBeVisible()
})

test('what one may not see is told calmly', async ({ page, watched }) => {
  watched.allow(/status of 403/)
  await page.route('**/api/v1/packs', (route) => route.fulfill(problem(403, 'host-refused')))
  await page.goto('/packs')
  await expect(page.locator('.problem-forbidden')).toBeVisible()
  await expectAccessible(page, 'forbidden')
  await page.getByRole('link', { name: '关于这个错误' }).click()
  await expect(page).toHaveURL(/\/problems\/host-refused/)
  await expect(page.getByText('told by the program')).toBeVisible()
})

test('a program that takes more than a second shows that it is slow', async ({ page }) => {
  let answer = () => {}
  const held = new Promise<void>((done) => (answer = done))
  await page.route('**/api/v1/ledger/entries?*', async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/catalogue')
  await expect(page.getByText('比平时慢')).toBeVisible()
  await expectAccessible(page, 'slow')
  answer()
  await expect(page.getByRole('table', { name: '数据目录' })).toBeVisible()
  await expect(page.getByText('比平时慢')).toBeHidden()
})

test('without a network the page says so and keeps what it has', async ({ page, context, watched }) => {
  watched.allow(/ERR_INTERNET_DISCONNECTED/)
  await page.goto('/catalogue')
  await settled(page)
  await context.setOffline(true)
  await expect(page.getByText('网络已断开')).toBeVisible()
  await expect(page.getByRole('table', { name: '数据目录' })).toBeVisible()
  await expectAccessible(page, 'offline')
  await context.setOffline(false)
  await expect(page.getByText('网络已断开')).toBeHidden()
})

test('a program that is away is told apart from a fault', async ({ page, watched }) => {
  watched.allow(/ERR_CONNECTION_REFUSED/)
  await page.route('**/api/v1/batches?*', (route) => route.abort('connectionrefused'))
  await page.goto('/batches')
  await expect(page.getByRole('alert')).toContainText('连接不上服务')
})

test('an upload can be cancelled, and nothing has changed', async ({ page }) => {
  await page.goto('/deliver?dataset=population.resident')
  await settled(page)
  await page.route('**/api/v1/batches', () => {})
  // What would be refused cannot be sent; nobody knows yet that this file would.
  await page.route('**/api/v1/deliveries/preview', () => {})
  await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') })
  await page.getByRole('button', { name: '开始交付' }).click()
  await expect(page.getByRole('progressbar', { name: '上传进度' })).toBeVisible()
  await expectAccessible(page, 'upload')
  await page.getByRole('button', { name: '取消上传' }).click()
  await expect(page.getByText('已取消上传，没有任何改动')).toBeVisible()
  await expect(page.getByText('a.csv')).toBeVisible()
})

test('a file that would be refused cannot be sent as it is', async ({ page }) => {
  await page.goto('/deliver?dataset=population.resident')
  await settled(page)
  await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') })
  await expect(page.getByText('照这样会被拒收')).toBeVisible()
  await expect(page.getByRole('button', { name: '开始交付' })).toBeDisabled()
})

test('a running collection shows how far it is', async ({ page, request }) => {
  const id = await residentBatch(request)
  const batch = (await (await request.get(`/api/v1/batches/${id}`)).json()) as object
  const running = {
    ...batch, status: 'running', finished_at: null, findings: [], profile: [], scores: [], score: null,
    progress: { phase: 'checking', rows_done: 12_000, bytes_done: 1_500_000, bytes_total: 3_000_000 },
  }
  await page.route(`**/api/v1/batches/${id}`, (route) => route.fulfill({ json: running }))
  await page.goto(`/deliver?batch=${id}`)
  await expect(page.getByText('已处理 12,000 行')).toBeVisible()
  await expect(page.getByRole('progressbar')).toHaveAttribute('value', '0.5')
  await expectAccessible(page, 'running')
})

test('cells pasted from a spreadsheet become a file', async ({ page }) => {
  await page.goto('/deliver')
  await settled(page)
  await page.getByRole('button', { name: '粘贴表格' }).click()
  await page.getByRole('textbox', { name: /从 Excel 复制的单元格/ }).fill('区划代码\t名称\n320902\t亭湖区\n')
  await expectAccessible(page, 'paste')
  await page.getByRole('button', { name: '用这 1 行' }).click()
  await expect(page.getByText('粘贴内容.tsv')).toBeVisible()
})

test('large text stays inside the page', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 900 })
  await page.goto('/')
  await settled(page)
  await page.getByRole('button', { name: '大字', pressed: false }).click()
  for (const to of ['/', '/catalogue', '/deliver', '/query', '/batches', '/models', '/rollup', '/figures', '/figures/telecom.new_station', '/boards/telecom.network', '/packs', '/datasets/population.resident']) {
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 })
      if (width === 390) await page.goto(to)
      await settled(page)
      expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('18px')
      await expectNoSideways(page, `large ${to} at ${width}`)
    }
  }
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await expectAccessible(page, `large at ${width}`)
  }
})

test('times are those of the city, wherever the browser is', async ({ page, request }) => {
  const id = await residentBatch(request)
  const batch = (await (await request.get(`/api/v1/batches/${id}`)).json()) as { started_at: string }
  const there = new Date(Date.parse(batch.started_at) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
  await page.goto(`/batches/${id}`)
  await expect(page.getByText(there)).toBeVisible()
})

test('on paper there is the content alone, on A4', async ({ page, request }) => {
  await page.goto(`/batches/${await residentBatch(request)}`)
  await settled(page)
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('navigation')).toHaveCount(0)
  await expect(page.getByRole('button', { name: '撤销批次' })).toBeHidden()
  await expect(page.getByRole('table', { name: '发现的问题' })).toBeVisible()
  const pdf = await page.pdf({ preferCSSPageSize: true })
  expect(pdf.toString('latin1')).toMatch(/MediaBox\s*\[0 0 59[45][.\d]* 84[12]/)
})

test('an asset that is not there is 404, not the shell', async ({ request }) => {
  expect((await request.get('/assets/none.mjs')).status()).toBe(404)
  const asBrowser = { headers: { accept: 'text/html' } }
  const shell = await request.get('/catalogue', asBrowser)
  expect(shell.headers()['cache-control']).toBe('no-store')
  const [, nonce] = /'nonce-([^']+)'/.exec(shell.headers()['content-security-policy'] ?? '') ?? []
  expect(await shell.text()).toContain(`nonce="${nonce}"`)
  const again = await request.get('/catalogue', asBrowser)
  expect(again.headers()['content-security-policy']).not.toContain(nonce)
})

test('what is written in the editor is there again on another desk', async ({ page, browser, baseURL }) => {
  const sql = `SELECT ${Date.now() % 100_000} AS kept`
  await page.goto('/query')
  await settled(page)
  await writeOver(page, sql)
  await expect(page.getByText(/草稿已于 .* 保存/)).toBeVisible()
  const other = await browser.newContext({ ...(baseURL && { baseURL }) })
  const desk = await other.newPage()
  await desk.goto('/query')
  await expect(desk.getByRole('textbox', { name: 'SQL 编辑器' })).toContainText(sql)
  await other.close()
})

test('ages are those of the clock of the program', async ({ page, request }) => {
  const { now } = (await (await request.get('/api/v1/clock')).json()) as { now: string }
  const year = new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10)
  await page.goto('/catalogue')
  await settled(page)
  const mark = await page.locator('.watermark').evaluate((element) => decodeURIComponent(element.style.backgroundImage))
  expect(mark).toContain(year)
})

test('a table is saved as a workbook that a spreadsheet opens, and that says who took it', async ({ page }) => {
  await page.goto('/catalogue')
  await settled(page)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '导出 Excel' }).click()
  const file = await download
  expect(file.suggestedFilename()).toMatch(/^数据目录_\d{14}\.xlsx$/)
  const bytes = await readFile(await file.path())
  expect(bytes.subarray(0, 2).toString()).toBe('PK')
  expect(bytes.toString('utf8')).toContain('本机管理员')
  expect(bytes.toString('utf8')).toContain('常住人口登记')
})
