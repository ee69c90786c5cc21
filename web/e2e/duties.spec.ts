import type { Page } from '@playwright/test'
import { expect, expectAccessible, expectGood, reach, settled, test as watched } from './fixtures'
import { inCity } from './own-city'
import { claimed, desk, loggedIn, made } from './rights'

const NOW = '2026-01-05T09:00+08:00'

/** A city with a steward and two clerks, one of them of another department. */
const test = inCity(async (city) => {
  await city.start('duties', NOW)
  const root = await claimed(city)
  await made(root, { id: 'wang', name: '王数管', roles: ['steward'], department: '市民政局' })
  await made(root, { id: 'li', name: '李经办', roles: ['clerk'], department: '市民政局' })
  await made(root, { id: 'zhou', name: '周某', roles: [] })
})

watched.describe.configure({ mode: 'serial' })

test.beforeEach(({ watched: faults }) => faults.allow(/status of 4(01|03|04)/))

const FILE = '编号,姓名,手机号,年龄\n1,王芳,13800001111,30\n2,赵铁柱,13900002222,200\n3,钱小满,13700003333,41\n'

async function deliver(page: Page): Promise<void> {
  await page.goto('/deliver?dataset=duties.person')
  await settled(page)
  await page.locator('input[type=file]').setInputFiles({ name: '走访对象.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
  await page.getByRole('button', { name: '开始交付' }).click()
  await page.waitForURL(/batch=/)
}

test('a clerk finds what is theirs in the menu, delivers, and is not offered to take it back', async ({ browser, city }) => {
  const page = await desk(browser, city, 'li', '/')
  const menu = page.getByRole('navigation', { name: '主菜单' })
  await expect(menu.getByRole('link', { name: '交付数据' })).toBeVisible()
  await expect(menu.getByRole('link', { name: '工作要点' })).toBeVisible()
  await expect(menu.getByRole('link', { name: '账号' })).toHaveCount(0)
  await expectGood(page, 'desk of a clerk')
  await deliver(page)
  await page.goto('/batches')
  await settled(page)
  await page.getByRole('link', { name: '走访对象.csv' }).first().click()
  await settled(page)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('走访对象.csv')
  await expect(page.getByRole('button', { name: '撤销批次' })).toHaveCount(0)
  const sample = page.getByRole('table', { name: '发现的问题' }).getByRole('button', { name: '年龄：不提供，查看原因和申请方法' })
  await expect(sample).toHaveAccessibleDescription(/没有读取它的授权/)
  await page.getByRole('tab', { name: /隔离/ }).click()
  await settled(page)
  await expect(page.getByText('按您的权限，部分列的内容不显示')).toBeVisible()
  await expect(page.getByText('年龄超出范围').first()).toBeVisible()
  await expect(page.getByRole('button', { name: /放行/ })).toHaveCount(0)
  // A clerk reads nothing of the dataset, so that no cell is shown, and each says so.
  await expect(page.getByText('赵铁柱')).toHaveCount(0)
  const signs = page.getByRole('table', { name: '隔离数据' }).getByRole('button', { name: /：不提供，查看原因和申请方法$/ })
  await expect(signs).toHaveCount(4)
  await expect(signs.first()).toHaveAccessibleDescription(/没有读取它的授权/)
  await expectGood(page, 'quarantine of a clerk')
})

test('each masked cell says which rule and grade hid it, and offers to ask', async ({ browser, city }) => {
  const page = await desk(browser, city, 'wang', '/datasets/duties.person?tab=sample')
  const table = page.getByRole('table', { name: '样例' })
  await expect(table).toContainText('王芳')
  await expect(table.getByRole('columnheader', { name: /手机号/ })).toContainText('已脱敏')
  const signs = table.getByRole('button', { name: '手机号：不提供，查看原因和申请方法' })
  await expect(signs).toHaveCount(2)
  // Nothing was lost on the way: a value that was taken away is not called missing.
  await expect(signs.first()).toHaveText('⊘不提供')
  await expect(signs.first()).toHaveAccessibleDescription(/分级为一般3级，高于许可的级别；依据 duties\/own/)
  await reach(page, signs.first())
  await page.keyboard.press('ArrowDown')
  await expect(signs.nth(1)).toBeFocused()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('duties.person.mobile')
  await expect(dialog.getByLabel('授权申请')).toHaveValue(/申请查看原值：duties\.person\.mobile；申请人：市民政局 王数管/)
  await expectAccessible(page, 'why a cell is masked')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expectGood(page, 'rows with masked cells')
  await page.goto(`/query?sql=${encodeURIComponent('SELECT name, mobile AS phone, length(mobile) AS signs FROM duties.person ORDER BY id')}`)
  await settled(page)
  await page.getByRole('button', { name: '运行', exact: true }).click()
  const result = page.getByRole('table', { name: '结果' })
  await expect(result.getByRole('button', { name: /^手机号：不提供/ })).toHaveCount(2)
  await expect(result.getByRole('columnheader', { name: /signs/ })).toContainText('由脱敏值得出')
  // What is hidden is called as in its dataset, whatever its column of the answer is called.
  await expect(page.getByText(/脱敏或不提供：手机号$/)).toBeVisible()
  // There is one way to a workbook, with a receipt.
  await expect(page.getByRole('button', { name: '导出 Excel' })).toHaveCount(0)
  await expectGood(page, 'an answer with masked cells')
})

test('a steward corrects without being shown what is masked, and takes a delivery back', async ({ browser, city }) => {
  const page = await desk(browser, city, 'wang', '/batches')
  await page.getByRole('link', { name: '走访对象.csv' }).first().click()
  await settled(page)
  await expect(page.getByRole('link', { name: '下载原件' })).toHaveCount(0)
  await page.getByRole('tab', { name: /隔离/ }).click()
  await settled(page)
  await expect(page.getByText('赵铁柱')).toBeVisible()
  await expect(page.getByText('13900002222')).toHaveCount(0)
  const sign = page.getByRole('table', { name: '隔离数据' }).getByRole('button', { name: '手机号：不提供，查看原因和申请方法' })
  await expect(sign).toHaveAccessibleDescription(/分级为一般3级，高于许可的级别；依据 duties\/own/)
  await sign.click()
  const why = page.getByRole('dialog')
  await expect(why.getByLabel('授权申请')).toHaveValue(/申请查看原值：duties\.person\.mobile；申请人：市民政局 王数管/)
  await expectAccessible(page, 'why a cell in quarantine is kept back')
  await page.keyboard.press('Escape')
  await expect(why).toHaveCount(0)
  await page.getByRole('tab', { name: '字段画像' }).click()
  await expect(page.getByRole('button', { name: '手机号：不提供，查看原因和申请方法' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^姓名：不提供/ })).toHaveCount(0)
  await page.getByRole('tab', { name: /隔离/ }).click()
  await page.getByRole('button', { name: '更正第 2 条记录' }).click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('textbox', { name: /手机号/ })).toHaveAttribute('placeholder', '按权限不显示')
  await expect(drawer.getByRole('button', { name: '手机号：不提供，查看原因和申请方法' })).toBeVisible()
  await expectAccessible(page, 'correction')
  await drawer.getByLabel(/年龄/).fill('20')
  await drawer.getByText('部门电话核实').click()
  await drawer.getByRole('button', { name: '保存并放行' }).click()
  await expect(drawer).toHaveCount(0)
  const wang = await loggedIn(city, 'wang')
  const asked = { sql: "SELECT count(*) FROM duties.person WHERE name = '赵铁柱' AND age = 20" }
  const answer = (await (await wang.post('/api/v1/query', { data: asked })).json()) as { rows: number[][] }
  expect(answer.rows).toEqual([[1]])
  await page.getByRole('button', { name: '撤销批次' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('部门要求撤回').first().click()
  await dialog.getByRole('button', { name: '撤销批次' }).click()
  await expect(page.getByText('已撤销').first()).toBeVisible()
})

test('whoever has nothing to do with deliveries is not told of them', async ({ browser, city }) => {
  const page = await desk(browser, city, 'zhou', '/')
  const menu = page.getByRole('navigation', { name: '主菜单' })
  await expect(menu.getByRole('link', { name: '数据目录' })).toBeVisible()
  for (const name of ['交付数据', '批次', '填报']) await expect(menu.getByRole('link', { name, exact: true })).toHaveCount(0)
  await page.goto('/batches')
  await settled(page)
  await expect(page.getByText('走访对象.csv')).toHaveCount(0)
  await page.goto('/batches/duties.person')
  await settled(page)
  await expect(page.getByText('走访对象.csv')).toHaveCount(0)
  await expectGood(page, 'a batch that is not there')
  await page.goto('/datasets/duties.person')
  await settled(page)
  await expect(page.getByRole('tab', { name: '批次' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: '交付数据', exact: true })).toHaveCount(0)
  await expectGood(page, 'a dataset that only the ledger tells of')
})
