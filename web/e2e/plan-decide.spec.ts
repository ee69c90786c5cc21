import type { APIRequestContext, Page } from '@playwright/test'
import { planInForce, planText } from './city'
import { expect, expectCalm, settled } from './fixtures'
import { inCity } from './own-city'

const TODAY = '2027-03-01'
const test = inCity((city) => city.start('../../../packs/plan', `${TODAY}T09:00+08:00`))

test.describe.configure({ mode: 'serial' })
test.beforeEach(async ({ page }) => page.setViewportSize({ width: 1280, height: 900 }))

/** A year of which nobody else has the plan; another one each time, for what was done stays. */
const yearOf = (retry: number, first: number) => first + 20 * retry

const field = (page: Page, name: string | RegExp) => page.getByRole('dialog').getByRole('textbox', { name })

/** What somebody else does. */
async function send(request: APIRequestContext, path: string, data: object): Promise<void> {
  const answer = await request.post(`/api/v1/plans/${path}`, { data })
  expect(answer.ok(), await answer.text()).toBe(true)
}

async function expectBothWidths(page: Page, what: string): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await expectCalm(page, `${what} at ${width}`)
  }
}

const byHand = async (request: APIRequestContext, id: string) => {
  const bound = await request.put(`/api/v1/plans/${id}/targets/1/binding`, { data: { kind: 'by-hand', reason: '没有系统' } })
  expect(bound.ok()).toBe(true)
}

const REPORT = { name: '验收报告.txt', mimeType: 'text/plain', buffer: Buffer.from('青岚县5G基站竣工验收报告，共验收121座。') }

/** Evidence about which somebody else decides while it is being returned, and the dialog in which that was pressed. */
async function decidedMeanwhile(page: Page, request: APIRequestContext, year: number, decision: { accept: boolean; reason: string }) {
  const id = await planInForce(request, year)
  await byHand(request, id)
  const kept = await request.post(`/api/v1/plans/${id}/documents`, { multipart: { file: REPORT } })
  const { hash } = (await kept.json()) as { hash: string }
  await send(request, `${id}/evidence`, { about: 'target/1', on: TODAY, value: 121, source: '竣工验收台账', documents: [hash] })
  await page.goto(`/plans/${id}#target-1`)
  await settled(page)
  const target = page.locator('#target-1')
  await target.getByRole('button', { name: /^退回佐证/ }).click()
  await field(page, /原因/).fill('材料不全')
  await send(request, `${id}/evidence/1/decision`, decision)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /^退 ?回$/ }).click()
  return { id, target, dialog }
}

test('evidence is kept while it is written, is seen whole by whoever decides, and is returned after it was accepted', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry, 2027))
  await byHand(request, id)
  await page.goto(`/plans/${id}#target-1`)
  await settled(page)
  const target = page.locator('#target-1')
  const dialog = page.getByRole('dialog')
  const hand = target.getByRole('button', { name: /^提交佐证/ })
  await hand.click()
  await field(page, '累计完成数').fill('121')
  await field(page, '数字出处').fill('竣工验收台账')
  await field(page, '说明').fill('含共享站址3座')
  await dialog.getByLabel('证明材料').setInputFiles(REPORT)
  // Escape closes the form, and what was written is there again; a file is chosen again.
  await expect(dialog.getByText(/草稿已于/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await hand.click()
  await expect(dialog.getByText('已恢复上次没保存的内容')).toBeVisible()
  await expect(field(page, '累计完成数')).toHaveValue('121')
  await expect(field(page, '说明')).toHaveValue('含共享站址3座')
  await expect(dialog.getByText('要重新选择：验收报告.txt')).toBeVisible()
  await dialog.getByLabel('证明材料').setInputFiles(REPORT)
  await expectBothWidths(page, 'evidence that is handed in')
  await dialog.getByRole('button', { name: '提交佐证' }).click()
  await expect(dialog).toBeHidden()
  for (const part of ['待审核', '竣工验收台账', '含共享站址3座', '验收报告.txt']) await expect(target).toContainText(part)

  // Whoever decides is told that it waits, and sees all of it.
  const tab = page.getByRole('tab', { name: '佐证（1 份待审核）' })
  await tab.click()
  const list = page.getByRole('list', { name: '佐证', exact: true })
  for (const part of ['年内新增5G基站120座', '竣工验收台账', '含共享站址3座', '验收报告.txt']) await expect(list).toContainText(part)
  await expectBothWidths(page, 'all evidence')
  await list.getByRole('button', { name: /^采信佐证/ }).click()
  await expect(dialog).toContainText('竣工验收台账')
  await expect(dialog).toContainText('含共享站址3座')
  await expectBothWidths(page, 'accepting evidence')
  await field(page, /原因/).fill('材料齐全')
  await dialog.getByRole('button', { name: /^采 ?信$/ }).click()
  await expect(dialog).toBeHidden()
  await expect(list).toContainText('已采信')
  await expect(page.getByRole('tab', { name: '佐证', exact: true })).toBeVisible()

  await page.getByRole('tab', { name: '正文' }).click()
  await expect(target).toContainText('销号')
  await target.getByRole('button', { name: /^退回佐证/ }).click()
  await expect(dialog).toContainText('指标重新打开')
  await expect(dialog).toContainText('竣工验收台账')
  await field(page, /原因/).fill('与台账不符，请重新核对')
  await dialog.getByRole('button', { name: /^退 ?回$/ }).click()
  await expect(dialog).toBeHidden()
  await expect(target).toContainText('已退回')
  await expect(target).toContainText('退回原因')
  await expect(target).toContainText('与台账不符，请重新核对')
})

test('the history says that a target was closed, and that it is open again', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry, 2027))
  // What the program writes down when it looks at the metrics.
  const closed = { closed_on: '2027-02-28', value: 121, as_of: '2027-02-28', seen: { who: 'local-administrator', at: '2027-03-01T01:00:00Z' } }
  const open = { ...closed, closed_on: null, value: 110 }
  const looked = (revision: number, from: unknown, to: unknown) => ({ revision, kind: 'settled', who: 'local-administrator', at: '2027-03-01T01:00:00Z', changes: [{ item: 'closing/1', from, to }] })
  await page.route(/\/history/, (route) => route.fulfill({ json: { revisions: [looked(21, [closed], [closed, open]), looked(20, null, [closed])] } }))
  await page.goto(`/plans/${id}?tab=history`)
  await settled(page)
  const rows = page.getByRole('table', { name: '办理记录' }).getByRole('row')
  await expect(rows.nth(1)).toContainText('指标 1 · 重新打开')
  await expect(rows.nth(2)).toContainText('指标 1 · 销号 2027-02-28')
})

test('of evidence that somebody else has decided meanwhile it is told who decided what, and one press decides on that', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 4(09|12)/)
  const { id, target, dialog } = await decidedMeanwhile(page, request, yearOf(retry, 2028), { accept: true, reason: '会同市通管办核对' })
  await expect(dialog).toContainText('别人刚处理过，现在是“已采信”')
  await expect(dialog).toContainText('会同市通管办核对')
  await expect(dialog).toContainText('指标重新打开')
  await expect(field(page, /原因/)).toHaveValue('材料不全')
  await expectBothWidths(page, 'evidence that was decided meanwhile')
  const { evidence } = (await (await request.get(`/api/v1/plans/${id}/evidence`)).json()) as { evidence: { state: string }[] }
  expect(evidence.map(({ state }) => state)).toEqual(['accepted'])
  // Something else of the plan changes while that is read.
  await send(request, `${id}/changes`, { edits: [{ op: 'set', item: 'target/1', fields: { value: 140 } }], reason: '追加任务' })
  await send(request, `${id}/changes/1/decision`, { accept: false, reason: '不宜追加' })
  await dialog.getByRole('button', { name: /^退 ?回$/ }).click()
  await expect(dialog).toBeHidden()
  await expect(target).toContainText('已退回')
  await expect(target).toContainText('材料不全')
  await expect(target.getByRole('button', { name: /^采信佐证/ })).toHaveCount(0)
})

test('a change shows what is now and what would be, and of one that somebody else has decided it is told how', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 4(09|12|22)/)
  const id = await planInForce(request, yearOf(retry, 2029))
  await send(request, `${id}/changes`, { edits: [{ op: 'set', item: 'target/1', fields: { value: 140 } }], reason: '追加任务' })
  await page.goto(`/plans/${id}?tab=changes`)
  await settled(page)
  await expect(page.getByRole('tab', { name: '变更（1 项待决定）' })).toBeVisible()
  // The home of whoever only works on plans tells it too, with the way there.
  await page.route(/\/api\/v1\/session$/, async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), actions: ['browse', 'edit-plan'], duties: [] } })
  })
  await page.goto('/')
  await settled(page)
  await expectBothWidths(page, 'the home of whoever decides about a plan')
  await page.getByRole('link', { name: '变更（1 项待决定）' }).click()
  const changes = page.getByRole('list', { name: '变更', exact: true })
  await expect(changes).toContainText('数值 120 → 140')
  await page.getByRole('button', { name: '不同意第 1 号变更', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('数值 120 → 140')
  await expectBothWidths(page, 'deciding about a change')
  await field(page, /原因/).fill('不宜追加')
  await send(request, `${id}/changes/1/decision`, { accept: true, reason: '会议同意' })
  await dialog.getByRole('button', { name: /^不同意$/ }).click()
  await expect(dialog).toContainText('别人刚处理过，现在是“已同意”')
  await expect(dialog).toContainText('会议同意')
  await dialog.getByRole('button', { name: /^关 ?闭$/ }).last().click()
  await expect(dialog).toBeHidden()
  await expect(changes).toContainText('已同意')
  await expect(page.getByRole('button', { name: /^(不)?同意第/ })).toHaveCount(0)
  await expect(page.getByRole('tab', { name: '变更', exact: true })).toBeVisible()
})

test('a node is finished with its day, what is said of it and what shows it; that it is late is told before', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 4(09|12|22)/)
  const year = 2026 - 20 * retry
  const id = await planInForce(request, year)
  await page.goto(`/plans/${id}?tab=tasks`)
  await settled(page)
  const point = page.getByRole('region', { name: '三 推进免证办事' })
  await point.getByRole('button', { name: '展开行' }).last().click()
  const finish = page.getByRole('button', { name: /^完成：/ })
  const many = await finish.count()
  await finish.first().click()
  const dialog = page.getByRole('dialog')
  const ok = dialog.getByRole('button', { name: /^完 ?成$/ })
  await expect(field(page, /完成日期/)).toHaveValue(TODAY)
  await expect(dialog).toContainText('将记为“逾期完成”')
  await field(page, /完成日期/).fill('2027-03-02')
  await expect(dialog).toContainText('不能晚于今天')
  await expect(ok).toBeDisabled()
  // The first quarter ends on a day of work or of rest; the middle of it is in time in any case.
  await field(page, /完成日期/).fill(`${year}-02-10`)
  await expect(dialog).not.toContainText('将记为“逾期完成”')
  await expect(ok).toBeDisabled()
  await field(page, '说明').fill('会议纪要为证')
  await dialog.getByLabel('证明材料').setInputFiles({ name: '纪要.txt', mimeType: 'text/plain', buffer: Buffer.from('会议纪要') })
  await expectBothWidths(page, 'finishing a node')
  await ok.click()
  await expect(dialog).toBeHidden()
  // A table that was cards meanwhile has its rows closed again.
  await point.getByRole('button', { name: '展开行' }).last().click()
  await expect(point.locator('.plan-nodes')).toContainText(`${year}-02-10 完成`)
  await expect(point.locator('.plan-nodes')).toContainText('会议纪要为证')
  await expect(point.locator('.plan-nodes').getByRole('link', { name: '材料 1' })).toBeVisible()
  await expect(finish).toHaveCount(many - 1)

  // Somebody else is faster with the next one.
  await finish.first().click()
  const name = (await dialog.locator('.ant-modal-title').innerText()).replace('完成：', '')
  const { tasks } = (await (await request.get(`/api/v1/plans/${id}/tasks`)).json()) as { tasks: { nodes: { id: string; title: string }[] }[] }
  const node = tasks.flatMap(({ nodes }) => nodes).filter(({ title }) => title === name)
  expect(node).toHaveLength(1)
  await send(request, `${id}/nodes/${node[0]?.id}/steps`, { step: 'finish', reason: '市里已验收' })
  await ok.click()
  await expect(dialog).toContainText('别人刚处理过，现在是“已完成”')
  await expect(dialog).toContainText('市里已验收')
  await dialog.getByRole('button', { name: '关闭' }).click()
  await expect(finish).toHaveCount(many - 2)
})

test('of a task that two people change both values are shown, one is chosen, and what was written stays until then', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 412/)
  const year = yearOf(retry, 2030)
  const imported = await request.post('/api/v1/plans', { data: { text: planText(year) } })
  const { id, points } = (await imported.json()) as { id: string; points: { number: number; title: string }[] }
  const number = points.find(({ title }) => title === '推进免证办事')?.number
  const edit = (op: string, item: string, fields: object) => send(request, `${id}/edits`, { edits: [{ op, item, fields }], reason: '联席会议议定' })
  await edit('add', `point/${number}`, { title: '梳理免证办事项', due: `${year}-10-31` })
  await page.goto(`/plans/${id}?tab=tasks`)
  await settled(page)
  const dialog = page.getByRole('dialog')
  const open = page.getByRole('button', { name: '修改任务：梳理免证办事项' })
  const save = dialog.getByRole('button', { name: /^保 ?存$/ })
  await open.click()
  await field(page, '成果').fill('免证办事清单')
  await field(page, '完成时限').fill(`${year}-09-30`)
  await edit('set', `task/${number}.1`, { deliverable: '事项目录', due: `${year}-08-31` })
  await save.click()
  const both = dialog.locator('.note', { hasText: '别人也刚改过' })
  await expect(both).toContainText('当前值事项目录您填写的免证办事清单')
  await expect(both).toContainText(`当前值${year}-08-31您填写的${year}-09-30`)
  await expect(save).toBeDisabled()
  await expect(save).toHaveAccessibleDescription('还有内容没有选定')
  await expectBothWidths(page, 'a task that two people change')
  await both.getByRole('button', { name: '用您填写的：成果' }).click()
  // It is still told of a form that is opened again.
  await expect(dialog.getByText(/草稿已于/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await open.click()
  await expect(field(page, '成果')).toHaveValue('免证办事清单')
  await expect(both).toContainText(`当前值${year}-08-31您填写的${year}-09-30`)
  await expect(both).not.toContainText('事项目录')
  await both.getByRole('button', { name: '用当前值：完成时限' }).click()
  await expect(both).toHaveCount(0)
  await expect(field(page, '完成时限')).toHaveValue(`${year}-08-31`)
  await save.click()
  await expect(dialog).toBeHidden()
  const row = page.getByRole('row').filter({ hasText: '梳理免证办事项' })
  await expect(row).toContainText('免证办事清单')
  await expect(row).toContainText(`${year}-08-31`)
})

test('of evidence that somebody else has decided in the same way there is nothing left to decide', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 4(09|12)/)
  const { target, dialog } = await decidedMeanwhile(page, request, yearOf(retry, 2031), { accept: false, reason: '与台账不符' })
  await expect(dialog).toContainText('别人刚处理过，现在是“已退回”')
  await expect(dialog).toContainText('与台账不符')
  await expect(dialog.getByRole('button', { name: /^退 ?回$/ })).toHaveCount(0)
  await dialog.getByRole('button', { name: /^关 ?闭$/ }).last().click()
  await expect(dialog).toBeHidden()
  await expect(target).toContainText('与台账不符')
})
