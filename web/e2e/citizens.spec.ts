import { readFile } from 'node:fs/promises'
import { expect, test as watched } from './fixtures'
import { inCity } from './own-city'
import { expectGoodWithoutScripts, phone } from './phone'
import { PASSWORD, claimed, loggedIn, made } from './rights'

const NOW = '2026-01-05T09:00+08:00'

const ROWS = [
  '编号,站点名称,站点地址,值守人,值守电话,内部备注,启用年份',
  '1,文峰中学站,盐城市亭湖区文峰街道建军中路一百二十八号教学楼楼顶,王芳,13800001111,备用钥匙在门卫,2014',
  '2,"<script>alert(1)</script>",盐城市盐都区,李强,13900002222,,',
].join('\n')

/** A city with open data, and a citizen who has been granted something. */
const test = inCity(async (city) => {
  await city.start('open', NOW)
  const form = new FormData()
  form.set('dataset', 'open.station')
  form.set('file', new Blob([`${ROWS}\n`], { type: 'text/csv' }), 'stations.csv')
  expect((await fetch(`${city.address}/api/v1/batches`, { method: 'POST', body: form })).status).toBe(202)
  await expect
    .poll(async () => ((await (await fetch(`${city.address}/api/v1/datasets/open.station`)).json()) as { rows: number }).rows, { timeout: 30_000 })
    .toBe(2)
  const root = await claimed(city)
  await made(root, { id: 'sec', name: '安管员', roles: ['security-administrator'] })
  await made(root, { id: 'chen', name: '陈市民', roles: ['citizen'] })
  const sec = await loggedIn(city, 'sec')
  for (const [dataset, purpose, until] of [
    ['open.roll', '核对本人登记信息', '2026-06-30T16:00:00Z'],
    ['open.clinic', '毕业论文研究门诊人次的季节变化', '2026-03-31T16:00:00Z'],
  ]) {
    const grant = { to: { kind: 'person', id: 'chen' }, dataset, up_to: 'general-2', purpose, until, uses: 20, basis: '申请 2026-001 号' }
    const rows = dataset === 'open.roll' ? { columns: ['id', 'name', 'mobile'], rows: "name = '陈市民'" } : {}
    expect((await sec.post('/api/v1/grants', { data: { ...grant, ...rows } })).status()).toBe(201)
  }
})

watched.describe.configure({ mode: 'serial' })

test('open data is found, looked at and taken away without scripts', async ({ browser, city }) => {
  const page = await phone(browser, city)
  await page.goto('/open')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('开放数据')
  await expect(page.getByText('共 2 份数据')).toBeVisible()
  await expect(page.getByText('内部名册')).toHaveCount(0)
  await expectGoodWithoutScripts(browser, page, 'list')
  await page.getByLabel('关键词').fill('監測站')
  await page.getByRole('button', { name: '查找' }).click()
  await expect(page.getByText('共 1 份数据')).toBeVisible()
  await page.getByRole('link', { name: '空气监测站' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('空气监测站')
  await expect(page.getByText(/读取人：公众访客 · 2026-01-05 09:\d\d/).first()).toBeVisible()
  await expect(page.getByText('<script>alert(1)</script>')).toBeVisible()
  await expect(page.getByText('王芳')).toHaveCount(0)
  await expect(page.getByText('13800001111')).toHaveCount(0)
  await expect(page.getByText('备用钥匙在门卫')).toHaveCount(0)
  await expect(page.getByRole('cell', { name: '已隐去' })).toHaveCount(2)
  await expect(page.getByText(/分级为一般3级，高于许可的级别；依据 已向社会开放的数据/).first()).toBeVisible()
  await expectGoodWithoutScripts(browser, page, 'dataset')
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'CSV' }).click()
  const file = await download
  expect(file.suggestedFilename()).toMatch(/^R\d+\.csv$/)
  const text = await readFile(await file.path(), 'utf8')
  expect(text).toContain('文峰中学站')
  expect(text).not.toContain('王芳')
})

test('what is open on conditions says how to ask, and what is closed is not there', async ({ browser, city }) => {
  const page = await phone(browser, city)
  await page.goto('/open?access=conditional')
  await page.getByRole('link', { name: '门诊人次' }).click()
  await expect(page.getByRole('heading', { name: '怎样申请' })).toBeVisible()
  await expect(page.getByLabel('申请的文字')).toHaveValue(/申请使用有条件开放的数据：门诊人次/)
  await expectGoodWithoutScripts(browser, page, 'conditional')
  const answer = await page.goto('/open/open.roll')
  expect(answer?.status()).toBe(404)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('没有这份开放数据')
  await page.goto('/open?q=内部名册')
  await expect(page.getByText('没有找到符合条件的数据')).toBeVisible()
  await expectGoodWithoutScripts(browser, page, 'nothing')
})

test('a citizen logs in without scripts, sees their grants and gives one up', async ({ browser, city }) => {
  const page = await phone(browser, city)
  await page.goto('/mine')
  await expectGoodWithoutScripts(browser, page, 'login')
  await page.getByLabel('账号').fill('chen')
  await page.getByLabel('口令').fill('wrong-Password-1')
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('alert')).toContainText('账号或口令不对')
  await expect(page.getByLabel('账号')).toHaveValue('chen')
  await page.getByLabel('口令').fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByText('陈市民（chen）')).toBeVisible()
  for (const text of ['核对本人登记信息', '编号、姓名、手机号', '至 2026-06-30（含当日）', '已用 0 次，共 20 次', '安管员 · 2026-01-05']) {
    await expect(page.getByText(text).first()).toBeVisible()
  }
  await expect(page.locator('.watermark')).toContainText(/陈市民 2026-01-05 09:\d\d/)
  await expectGoodWithoutScripts(browser, page, 'grants')
  await page.getByRole('link', { name: '看取走的数据' }).click()
  await expect(page.getByText('还没有取走过数据')).toBeVisible()
  await expectGoodWithoutScripts(browser, page, 'taken')
  await page.goto('/mine')
  await page.getByRole('link', { name: '放弃这项授权' }).first().click()
  await page.getByLabel('原因').fill('论文已经写完')
  await expectGoodWithoutScripts(browser, page, 'renounce')
  await page.getByRole('button', { name: '确认放弃' }).click()
  await expect(page.getByRole('status')).toContainText('已经放弃')
  await expect(page.getByText('论文已经写完')).toBeVisible()
  await expect(page.getByRole('heading', { name: '已经结束' })).toBeVisible()
  await page.getByRole('button', { name: '退出登录' }).click()
  await expect(page.getByLabel('口令')).toBeVisible()
})

test('what was typed is kept when the session has ended', async ({ browser, city }) => {
  const page = await phone(browser, city)
  await page.goto('/mine')
  await page.getByLabel('账号').fill('chen')
  await page.getByLabel('口令').fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('link', { name: '放弃这项授权' }).first().click()
  await page.getByLabel('原因').fill('用不到了')
  const root = await loggedIn(city, 'root')
  expect((await root.delete('/api/v1/accounts/chen/sessions')).ok()).toBe(true)
  await page.getByRole('button', { name: '确认放弃' }).click()
  await expect(page.getByRole('alert')).toContainText('登录已经结束')
  await page.getByLabel('账号').fill('chen')
  await page.getByLabel('口令').fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByLabel('原因')).toHaveValue('用不到了')
})

test('the pages speak English too', async ({ browser, city }) => {
  const page = await phone(browser, city, 'en-GB')
  await page.goto('/open')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Open data')
  await page.getByRole('link', { name: 'Air stations' }).click()
  await expect(page.getByText(/Read by: A visitor/).first()).toBeVisible()
  await page.getByRole('link', { name: '中文' }).click()
  await expect(page.getByRole('heading', { name: '数据预览' })).toBeVisible()
  await page.getByRole('link', { name: '我的授权' }).first().click()
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible()
  await page.goto('/open/open.station?lang=en')
  await expectGoodWithoutScripts(browser, page, 'english')
})
