import { readFile } from 'node:fs/promises'
import { RESIDENTS, residentBatch } from './city'
import { expect, expectAccessible, expectNoSideways, settled, test, writeOver } from './fixtures'

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

test('an empty city says what to do', async ({ page }) => {
  await page.route('**/api/v1/datasets', (route) => route.fulfill({ json: { datasets: [] } }))
  await page.route('**/api/v1/batches?*', (route) => route.fulfill({ json: { batches: [] } }))
  await page.route('**/api/v1/packs', (route) => route.fulfill({ json: { packs: [] } }))
  await page.goto('/')
  await expect(page.getByText('还没有交付过数据')).toBeVisible()
  await expect(page.getByRole('link', { name: '交付第一批数据' })).toBeVisible()
  await expectAccessible(page, 'empty home')
  await page.route('**/api/v1/ledger/entries?*', (route) => route.fulfill({ json: { entries: [], total: 0, facets: {} } }))
  await page.goto('/catalogue')
  await expect(page.getByText('还没有数据集')).toBeVisible()
  await page.goto('/packs')
  await expect(page.getByText('还没有安装能力包')).toBeVisible()
})

test('names, titles and cells that contain scripts are text', async ({ page, request }) => {
  const evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
  const { entries } = (await (await request.get('/api/v1/ledger/entries?limit=50')).json()) as { entries: Record<string, unknown>[] }
  const [first] = entries
  const spoilt = { ...first, title: { zh: evil, en: evil }, owner: evil, tags: [evil], theme: evil, highlight: { title: [{ text: evil, hit: true }], about: null, columns: {} } }
  await page.route('**/api/v1/ledger/entries?*', (route) => route.fulfill({ json: { entries: [spoilt], total: 1, facets: { owner: [{ value: evil, count: 1 }] } } }))
  await page.goto('/catalogue')
  await expect(page.getByRole('link', { name: '<img src=x' })).toBeVisible()
  await expect(page.getByRole('group', { name: '责任单位' }).getByRole('checkbox')).toBeVisible()
  await page.goto('/query')
  await settled(page)
  await writeOver(page, "SELECT '<img src=x onerror=\"window.hit=1\">' AS \"<b>a</b>\"")
  await page.keyboard.press('Control+Enter')
  const table = page.getByRole('table', { name: '结果' })
  await expect(table).toContainText('<b>a</b>')
  await expect(table).toContainText('<img src=x')
  const node = (id: string) => ({ id, title: evil, origin: 'collect', owner: evil, steward: evil, grade: 'core', columns: [{ name: evil, title: evil, grade: 'core' }] })
  const graph = { root: RESIDENTS, truncated: false, deeper: false, nodes: [node(RESIDENTS), node('a.b')], edges: [{ from: `${RESIDENTS}.${evil}`, to: `a.b.${evil}`, kind: evil }] }
  await page.route('**/api/v1/lineage?*', (route) => route.fulfill({ json: graph }))
  await page.goto(`/lineage?of=${RESIDENTS}&form=graph&columns=yes&impact=yes`)
  await expect(page.locator('.lineage-node').first()).toContainText('<img src=x')
  const declared = { id: 'a.b', pack: 'a', title: { zh: evil, en: null }, kind: 'dashboard', about: evil, columns: [], filters: [], sort: [], tiles: [], charts: [{ title: { zh: evil, en: null }, type: 'bar', sql: `SELECT '<img src=x onerror="window.hit=1">' AS x, 1 AS y`, x: 'x', y: ['y'], series: null, unit: evil }] }
  await page.route('**/api/v1/pages/a.b', (route) => route.fulfill({ json: declared }))
  await page.goto('/pages/a.b')
  await page.locator('.chart-picture svg').hover()
  await page.getByRole('button', { name: '查看数据表' }).click()
  await expect(page.getByRole('rowheader', { name: '<img src=x' })).toBeVisible()
  expect(await page.evaluate(() => 'hit' in window)).toBe(false)
})

test('a notice of the program lights the lamp and is the first thing to do', async ({ page }) => {
  const notice = {
    id: 1, kind: 'late', source: 'population.resident_export', dataset: 'population.resident',
    message: 'no delivery for 31 h', at: '2026-01-01T00:00:00Z', settled_at: null,
  }
  await page.route('**/api/v1/notices*', (route) => route.fulfill({ json: { notices: [notice] } }))
  await page.route('**/api/v1/packs/change', (route) => route.fulfill({ json: { state: 'none', packs: [], datasets: [] } }))
  await page.goto('/')
  await settled(page)
  await expect(page.getByRole('region', { name: '提醒' })).toContainText('no delivery for 31 h')
  await expect(page.getByRole('region', { name: '接下来做什么' }).getByRole('link').first()).toHaveText('补交：常住人口登记')
  await expect(page.getByRole('table', { name: '需要关注的数据集' })).toContainText('超期')
  await expectAccessible(page, 'notices')
})

test('an upload can be cancelled, and nothing has changed', async ({ page }) => {
  await page.goto('/deliver?dataset=population.resident')
  await settled(page)
  await page.route('**/api/v1/batches', () => {})
  await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') })
  await page.getByRole('button', { name: '开始交付' }).click()
  await expect(page.getByRole('progressbar', { name: '上传进度' })).toBeVisible()
  await expectAccessible(page, 'upload')
  await page.getByRole('button', { name: '取消上传' }).click()
  await expect(page.getByText('已取消上传，没有任何改动')).toBeVisible()
  await expect(page.getByText('a.csv')).toBeVisible()
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
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await page.goto('/')
    await settled(page)
    const button = page.getByRole('button', { name: '大字' })
    if ((await button.getAttribute('aria-pressed')) === 'false') await button.click()
    for (const to of ['/', '/catalogue', '/deliver', '/query', '/batches', '/models', '/rollup', '/packs', '/datasets/population.resident']) {
      await page.goto(to)
      await settled(page)
      expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('18px')
      await expectNoSideways(page, `large ${to} at ${width}`)
    }
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
  const shell = await request.get('/catalogue')
  expect(shell.headers()['cache-control']).toBe('no-store')
  const [, nonce] = /'nonce-([^']+)'/.exec(shell.headers()['content-security-policy'] ?? '') ?? []
  expect(await shell.text()).toContain(`nonce="${nonce}"`)
  const again = await request.get('/catalogue')
  expect(again.headers()['content-security-policy']).not.toContain(nonce)
})

test('a page that a program does not have yet is told as missing, not as broken', async ({ page, watched }) => {
  watched.allow(/status of 404/)
  await page.route('**/api/v1/ledger/indicators', (route) => route.fulfill(problem(404, 'not-found')))
  await page.goto('/indicators')
  await expect(page.getByRole('alert')).toContainText('not-found')
  await expectAccessible(page, 'missing')
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
