import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { planInForce } from './city'
import { expect, expectAccessible, expectCalm, reach, settled } from './fixtures'
import { inCity } from './own-city'

const NAME = '青岚县2027年数字工作要点'
export const PLAN = readFileSync(new URL('plans/qinglan.txt', import.meta.url))

/** A city with the rules of supervision, in which nobody has imported a plan yet. */
const test = inCity((city) => city.start('../../../packs/plan', '2027-03-01T09:00+08:00'))

test.describe.configure({ mode: 'serial' })

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  const choosing = page.waitForEvent('filechooser')
  await reach(page, page.getByRole('button', { name: /选择文件|换一个文件/ }))
  await page.keyboard.press('Enter')
  await (await choosing).setFiles({ name, mimeType: 'text/plain', buffer })
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await reach(page, page.getByRole('button', { name }).first())
  await page.keyboard.press('Enter')
}

const desk = (page: Page) => page.getByRole('region', { name: /^第 \d+ 句$/ })
const accept = (page: Page) => desk(page).getByRole('button', { name: /通过/ })

test('a text that is no plan is refused with what is wrong and what to do', async ({ page, watched }) => {
  watched.allow(/status of 4/)
  const bad: [string, Buffer, string][] = [
    ['空.txt', Buffer.from(' \n'), 'plan-empty'],
    ['扫描件.pdf', Buffer.from('%PDF-1.7 scan'), 'plan-not-text'],
    ['乱码.txt', Buffer.from(Array.from({ length: 600 }, (_, at) => [0x80, 0x80, 0xfe, 0xff][at % 4] ?? 0)), 'plan-encoding'],
    ['扫描识别.txt', Buffer.from('|1 ~ ^* 数宇 ■□ 城巿 ¤ ﹌ 建\f\n° ± 工 作 § ¶ 耍 点 ¦\n‖ ▲ 一 丶 夯 实 † ◇ ※ 底 ¬ 座 ￠\n'.repeat(3)), 'plan-scan'],
    ['通讯录.txt', Buffer.from('张三，办公室，一楼。李四，信息科，二楼。大家好，今天下午开会，请准时参加。'), 'not-a-plan'],
  ]
  await page.goto('/plans')
  await settled(page)
  await expect(page.getByRole('button', { name: '导入并核对' })).toBeDisabled()
  for (const [name, buffer, code] of bad) {
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer })
    await page.getByRole('button', { name: '导入并核对' }).click()
    const alert = page.getByRole('alert')
    await expect(alert).toContainText(code)
    await expect(alert).toContainText('怎么办')
    await expect(page.getByText('文件没有导入')).toBeVisible()
  }
  await expectAccessible(page, 'a refused plan')
  await page.getByRole('textbox', { name: '年度' }).fill('20')
  await expect(page.getByText('填四位年份')).toBeVisible()
  await expect(page.getByRole('button', { name: '导入并核对' })).toBeDisabled()
})

test('a plan is imported, reviewed by keyboard and approved once nothing is open', async ({ page, city, watched }) => {
  test.setTimeout(180_000)
  watched.allow(/status of 4/)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/plans')
  await settled(page)
  await choose(page, '工作要点.txt', PLAN)
  await press(page, '导入并核对')
  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible()
  await expect(page.getByText('已核 0 / 共 10 句')).toBeVisible()
  await expect(page.getByRole('button', { name: '批准', exact: true })).toBeDisabled()
  await expect(page.getByText(/批准前还要：.*核对 10 句.*答复 1 个全文问题/)).toBeVisible()

  // A sentence without figures: one key.
  await expect(desk(page).getByRole('heading', { level: 2 })).toContainText('第 4 句')
  await reach(page, accept(page))
  await page.keyboard.press('Enter')
  await expect(page.getByText('已核 1 / 共 10 句')).toBeVisible()

  // One with a doubt is not accepted before the doubt is decided.
  await expect(desk(page).getByRole('heading', { level: 2 })).toContainText('第 5 句')
  await expect(page.getByRole('textbox', { name: '时限取自本句前文' })).toBeFocused()
  await expect(accept(page)).toBeDisabled()
  await expectAccessible(page, 'a sentence with a doubt')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('已核 1 / 共 10 句')).toBeVisible()
  await page.keyboard.type('按年底计')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('已核 2 / 共 10 句')).toBeVisible()

  // What may be a figure and may be none has to be said.
  await expect(desk(page)).toContainText('打造一个')
  await expect(accept(page)).toBeDisabled()
  await press(page, '不是')
  await page.keyboard.press('Control+Enter')
  await expect(desk(page).getByRole('heading', { level: 2 })).toContainText('第 7 句')
  await page.keyboard.press('Control+Enter')
  await expect(desk(page)).toContainText('建好公共数据平台')
  await page.keyboard.press('Control+Enter')

  // Percent or percentage points: the answer sets the unit, and is the reason.
  await expect(desk(page)).toContainText('数据准确率提高5%')
  await reach(page, page.getByRole('textbox', { name: '时限取自本句前文' }))
  await page.keyboard.type('时限同前')
  await press(page, '按百分点')
  await press(page, '与上年同期相比')
  await expect(page.getByRole('textbox', { name: /原因/ })).toHaveValue('按百分点')
  await expectAccessible(page, 'a figure that is corrected')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('已核 6 / 共 10 句')).toBeVisible()

  // The program refuses as well, whatever the page shows.
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  const early = await page.request.post(`${city.address}/api/v1/plans/${id}/approval`, { data: { reason: '先批准' } })
  expect(early.status()).toBe(409)
  expect(((await early.json()) as { code: string }).code).toBe('plan-review-open')

  // The rest, then what was found of the whole text.
  await page.keyboard.press('Control+Enter')
  await expect(desk(page)).toContainText('推进免证办事')
  await page.keyboard.press('Control+Enter')
  await expect(desk(page)).toContainText('免证办')
  await reach(page, page.getByRole('textbox', { name: /未写时限/ }))
  await page.keyboard.type('年底前')
  await page.keyboard.press('Control+Enter')
  await expect(desk(page).getByRole('heading', { level: 2 })).toContainText('第 16 句')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('已核 10 / 共 10 句')).toBeVisible()
  await expect(page.getByText('批准前还要： 答复 1 个全文问题')).toBeVisible()
  await reach(page, page.locator('.plan-findings summary'), 200)
  await page.keyboard.press('Enter')
  await press(page, '指定单位')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('三 推进免证办事')
  await expectAccessible(page, 'assigning offices')
  await reach(page, dialog.getByRole('combobox', { name: '牵头单位' }))
  await page.keyboard.type('县政务办')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await press(page, '联席会议办公室研究确定')
  await reach(page, dialog.getByRole('button', { name: /^保 ?存$/ }))
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await reach(page, page.getByRole('textbox', { name: '核对结果' }))
  await page.keyboard.type('牵头单位为县政务办')
  await press(page, /^记下/)
  await expect(page.getByText(/批准前还要/)).toHaveCount(0)

  await press(page, '批准')
  await expect(page.getByRole('dialog')).toContainText('5 项指标')
  await reach(page, page.getByRole('dialog').getByRole('textbox', { name: /原因/ }))
  await page.keyboard.type('已经县政府研究通过')
  await reach(page, page.getByRole('dialog').getByRole('button', { name: '批准' }))
  await page.keyboard.press('Enter')
  await expect(page.locator('.page-about')).toContainText('已批准')
  await expect(page.getByRole('tab', { name: /^核对/ })).toHaveCount(0)
  await page.getByRole('tab', { name: '办理记录' }).click()
  await expect(page.getByRole('table', { name: '办理记录' })).toContainText('已经县政府研究通过')
  await expectAccessible(page, 'history of a plan')
})

test('officials find their own sentence in the text, and it has an address', async ({ page }) => {
  await page.goto('/plans')
  await page.getByRole('link', { name: NAME, exact: true }).click()
  await settled(page)
  const text = page.getByRole('article', { name: '正文' })
  await expect(text.getByRole('heading', { level: 3, name: '（一）补齐网络短板。' })).toBeVisible()
  // In traditional characters and wide digits, the same sentence is found.
  await page.getByRole('searchbox').fill('數據 ５０００')
  await expect(page.getByText('找到 1 句')).toBeVisible()
  await expect(text).toContainText('归集数据5000万条')
  await expect(text).not.toContainText('新增5G基站')
  await page.getByRole('searchbox').fill('')
  await expect(page).not.toHaveURL(/q=/)
  await page.getByRole('combobox', { name: '按责任单位' }).click()
  await page.keyboard.type('xgaj')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/unit=/)
  await expect(text).not.toContainText('新增5G基站')
  await expect(text).toContainText('归集数据5000万条')
  await page.getByRole('combobox', { name: '按职责' }).click()
  await page.getByRole('option', { name: '只看牵头' }).or(page.locator('.ant-select-item-option', { hasText: '只看牵头' })).last().click()
  await expect(page.getByText('没有找到这样的句子')).toBeVisible()
  const id = new URL(page.url()).pathname
  await page.goto(`${id}#sentence-10`)
  await settled(page)
  await expect(page.locator('#sentence-10')).toHaveClass(/plan-row-at/)
  await expect(page.locator('#sentence-10')).toBeInViewport()
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('searchbox')).toBeHidden()
  const pdf = await page.pdf({ preferCSSPageSize: true })
  expect(pdf.toString('latin1')).toMatch(/MediaBox\s*\[0 0 119[01][.\d]* 84[12]/)
  // Every sheet says what it is of, and which of how many.
  const edges = await page.evaluate(() => document.adoptedStyleSheets.map((sheet) => [...sheet.cssRules].map((rule) => rule.cssText).join()).join())
  expect(edges).toContain(NAME)
  expect(edges).toContain('counter(pages)')
  await expect(page.getByRole('button', { name: '打印（A3）' })).toBeHidden()
  await page.emulateMedia({ media: 'screen' })
  await page.getByRole('tab', { name: '办理记录' }).click()
  await expect.poll(() => page.evaluate(() => document.adoptedStyleSheets.length)).toBe(0)
})

test('what was typed stays when somebody else decides meanwhile, and goes through where it still holds', async ({ page, city, watched }) => {
  watched.allow(/status of 412/)
  const text = PLAN.toString().replaceAll('2027', '2028')
  const { id } = (await (await page.request.post(`${city.address}/api/v1/plans`, { data: { text } })).json()) as { id: string }
  const review = (sentence: object) => page.request.post(`${city.address}/api/v1/plans/${id}/review`, { data: { sentences: [sentence] } })
  await page.goto(`/plans/${id}?tab=review&sentence=5`)
  await settled(page)
  await page.getByRole('textbox', { name: '时限取自本句前文' }).fill('按年底计')
  expect((await review({ sentence: 4 })).ok()).toBe(true)
  await page.keyboard.press('Control+Enter')
  await expect(desk(page).getByRole('heading', { level: 2 })).toContainText('第 6 句')
  await expect(page.getByText('已核 2 / 共 10 句')).toBeVisible()

  await page.goto(`/plans/${id}?tab=review&sentence=15`)
  await settled(page)
  const doubt = page.getByRole('textbox', { name: /未写时限/ })
  await doubt.fill('年底前完成')
  await expect(page.getByText(/草稿已于/)).toBeVisible()
  const { sentences } = (await (await page.request.get(`${city.address}/api/v1/plans/${id}/sentences`)).json()) as { sentences: { number: number; figures: { number: number }[] }[] }
  const figure = sentences.find(({ number }) => number === 15)?.figures[0]?.number
  expect((await review({ sentence: 15, figures: [{ figure, answers: { 'due-not-said': '另有安排' } }] })).ok()).toBe(true)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('这一句刚被别人改过')).toBeVisible()
  await expect(page.getByText('另有安排')).toBeVisible()
  await expect(doubt).toHaveValue('年底前完成')
  await expectAccessible(page, 'a conflict')
  // On another desk the draft is there as well; saved once more, it holds.
  await page.reload()
  await settled(page)
  await expect(doubt).toHaveValue('年底前完成')
  await doubt.focus()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('已核 3 / 共 10 句')).toBeVisible()
})

test('a figure is corrected, rejected and added, and the history says who, when and why', async ({ page, city }) => {
  const text = PLAN.toString().replaceAll('2027', '2029')
  const { id } = (await (await page.request.post(`${city.address}/api/v1/plans`, { data: { text } })).json()) as { id: string }
  await page.goto(`/plans/${id}?tab=review&sentence=15`)
  await settled(page)
  await page.getByRole('textbox', { name: /未写时限/ }).fill('9月底前')
  await page.getByRole('button', { name: /^更正“实现/ }).click()
  await page.getByRole('textbox', { name: '数值' }).fill('45')
  await page.getByRole('textbox', { name: '完成时限' }).fill('2029-02-30')
  await expect(page.getByText('写成 2025-12-31 这样的日期')).toBeVisible()
  await expect(accept(page)).toBeDisabled()
  await page.getByRole('textbox', { name: '完成时限' }).fill('2029-09-30')
  await page.getByRole('button', { name: /^“优先在3个镇试点”不是/ }).click()
  await page.getByRole('button', { name: '添加一个数字' }).click()
  await page.getByRole('textbox', { name: '原文文字' }).fill('3个镇')
  await page.getByRole('textbox', { name: '数值' }).last().fill('3')
  await page.getByRole('textbox', { name: '计量单位' }).last().fill('个')
  await expect(accept(page)).toBeDisabled()
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await expectCalm(page, `a corrected sentence at ${width}`)
  }
  await page.getByRole('textbox', { name: /原因/ }).fill('与印发的原文核对')
  await accept(page).click()
  await expect(page.getByText('已核 1 / 共 10 句')).toBeVisible()
  await page.goto(`/plans/${id}?tab=review&sentence=15`)
  await settled(page)
  await expect(desk(page)).toContainText('已更正')
  await expect(desk(page)).toContainText('与印发的原文核对')
  await expect(desk(page)).toContainText('≥ 45个')
  await expect(desk(page)).toContainText('人工添加')
  await page.goto(`/plans/${id}?tab=history`)
  await settled(page)
  await expect(page.getByRole('table', { name: '办理记录' })).toContainText('40 → 45')
})

test('tasks of a plan in force are filled in, changed by approval, and moved on; what is late is listed with its rule', async ({ page, watched }) => {
  watched.allow(/status of 409/)
  // In the year before, so that everything is behind its date.
  const id = await planInForce(page.request, 2026)
  await page.goto(`/plans/${id}?tab=tasks`)
  await settled(page)
  const point = page.getByRole('region', { name: '一 补齐网络短板' })
  await expect(point.getByRole('row').filter({ hasText: '年内新增5G基站120座' })).toContainText('逾期')
  await expectAccessible(page, 'tasks')

  // What is open may be filled in at once.
  await point.getByRole('button', { name: '修改任务：年内新增5G基站120座' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('textbox', { name: '成果' }).fill('验收报告')
  await expectAccessible(page, 'editing a task')
  await drawer.getByRole('button', { name: /^保 ?存$/ }).click()
  await expect(drawer).toBeHidden()
  await expect(point.getByRole('row').filter({ hasText: '年内新增5G基站120座' })).toContainText('验收报告')

  // What was approved is changed by a change that somebody approves; what was typed stays.
  await point.getByRole('button', { name: '修改任务：年内新增5G基站120座' }).click()
  await drawer.getByRole('textbox', { name: '完成时限' }).fill('2027-06-30')
  await drawer.getByRole('textbox', { name: /原因/ }).fill('设备到货推迟')
  await drawer.getByRole('button', { name: /^保 ?存$/ }).click()
  await expect(drawer.getByRole('alert')).toContainText('plan-change-needed')
  await expect(drawer.getByRole('textbox', { name: '完成时限' })).toHaveValue('2027-06-30')
  await drawer.getByRole('button', { name: '申请变更' }).click()
  await expect(drawer).toBeHidden()
  await page.getByRole('tab', { name: '变更' }).click()
  await expect(page.getByRole('list', { name: '变更' })).toContainText('设备到货推迟')
  await page.getByRole('button', { name: '同意第 1 号变更', exact: true }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: /原因/ }).fill('同意延期')
  await page.getByRole('dialog').getByRole('button', { name: /^同 ?意$/ }).click()
  await expect(page.getByRole('list', { name: '变更' })).toContainText('已同意')
  await expectAccessible(page, 'changes')

  // A node that is finished behind its date never turns green.
  await page.getByRole('tab', { name: '任务分解' }).click()
  await expect(point.getByRole('row').filter({ hasText: '年内新增5G基站120座' })).toContainText('2027-06-30')
  await page.getByRole('region', { name: '三 推进免证办事' }).getByRole('button', { name: '展开行' }).last().click()
  await page.getByRole('button', { name: /^完成：/ }).last().click()
  await expect(page.getByRole('dialog')).toContainText('将记为“逾期完成”')
  await expectAccessible(page, 'finishing a node')
  await page.getByRole('dialog').getByRole('button', { name: /^完 ?成$/ }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.locator('.plan-nodes')).toContainText('逾期完成')
  await expect(page.locator('.plan-nodes .lamp-done')).toHaveCount(0)

  await page.getByRole('tab', { name: '催办督办' }).click()
  await expect(page.getByRole('region', { name: /^约谈 [1-9]/ })).toContainText('县工信局')
  await expectAccessible(page, 'what is late')
  await page.getByRole('tab', { name: '正文' }).click()
  await expect(page.locator('#target-1')).toContainText('数据来源')
  await expect(page.locator('#target-1')).toContainText('逾期')
  await page.getByRole('combobox', { name: '按亮灯' }).click()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/lamp=late/)
  await expect(page.getByRole('article', { name: '正文' })).toContainText('新增5G基站')
  await expectAccessible(page, 'a plan in force')
})

test('a target that no metric tells is closed by evidence that somebody accepts', async ({ page, city }) => {
  const id = await planInForce(page.request, 2025)
  const bound = await page.request.put(`${city.address}/api/v1/plans/${id}/targets/1/binding`, { data: { kind: 'by-hand', reason: '没有系统' } })
  expect(bound.ok()).toBe(true)
  await page.goto(`/plans/${id}#target-1`)
  await settled(page)
  const target = page.locator('#target-1')
  await expect(target).toContainText('手工填报')
  await target.getByRole('button', { name: /^提交佐证/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: '截至日期' }).fill('2025-12-20')
  await dialog.getByRole('textbox', { name: '累计完成数' }).fill('121')
  await dialog.getByRole('textbox', { name: '数字出处' }).fill('竣工验收台账')
  await dialog.getByLabel('证明材料').setInputFiles({ name: '验收报告.txt', mimeType: 'text/plain', buffer: Buffer.from('青岚县5G基站竣工验收报告，共验收121座。') })
  await expectAccessible(page, 'handing in evidence')
  await dialog.getByRole('button', { name: '提交佐证' }).click()
  await expect(dialog).toBeHidden()
  await expect(target).toContainText('待审核')
  await expect(target).toContainText('逾期')
  await target.getByRole('button', { name: /^采信佐证/ }).click()
  await dialog.getByRole('textbox', { name: /原因/ }).fill('材料齐全')
  await dialog.getByRole('button', { name: /^采 ?信$/ }).click()
  await expect(target).toContainText('已采信')
  await expect(target).toContainText('2025-12-20 销号')
  await expectAccessible(page, 'a target closed by evidence')
})

test('a text that is cut off and in another encoding is read, and its review says where it ends', async ({ page }) => {
  const cut = PLAN.toString().replaceAll('2027', '2030').trimEnd().slice(0, -'；配合单位：县公安局）'.length)
  await page.goto('/plans')
  await settled(page)
  await page.getByRole('button', { name: '导入工作要点' }).click()
  await page.locator('input[type=file]').setInputFiles({ name: '截断.txt', mimeType: 'text/plain', buffer: Buffer.from(`\ufeff${cut}`, 'utf16le') })
  await page.getByRole('button', { name: '导入并核对' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '青岚县2030年数字工作要点' })).toBeVisible()
  const findings = page.locator('.plan-findings')
  await findings.locator('summary').click()
  await expect(findings).toContainText('正文在一个括号里结束')
  await expect(page.getByRole('button', { name: '批准', exact: true })).toBeDisabled()
})
