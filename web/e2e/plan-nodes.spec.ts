import type { APIRequestContext, Page } from '@playwright/test'
import { planInForce, planText } from './city'
import { expect, expectAccessible, expectNoSideways, settled, test } from './fixtures'

test.describe.configure({ mode: 'serial' })
test.beforeEach(async ({ page }) => page.setViewportSize({ width: 1280, height: 900 }))

/** A year of which nobody else has the plan; another one each time, for what was done stays. */
const yearOf = (retry: number, first: number) => first - 2 * retry

const tasksOf = async (page: Page, id: string) => {
  await page.goto(`/plans/${id}?tab=tasks`)
  await settled(page)
}

/** The number of a point, by which its tasks are named. */
const numberOf = async (request: APIRequestContext, id: string, title: string) => {
  const { points } = (await (await request.get(`/api/v1/plans/${id}`)).json()) as { points: { number: number; title: string }[] }
  return points.find((point) => point.title === title)?.number
}

/** What somebody else does to the plan. */
const change = async (request: APIRequestContext, id: string, edit: object) => {
  const answer = await request.post(`/api/v1/plans/${id}/edits`, { data: { edits: [edit], reason: '联席会议议定' } })
  expect(answer.ok()).toBe(true)
}

const save = (page: Page) => page.getByRole('dialog').getByRole('button', { name: /^保 ?存$/ })
const field = (page: Page, name: string | RegExp) => page.getByRole('dialog').getByRole('textbox', { name })

test('a point is broken down in the browser: a task gets a node, which is changed, finished and removed', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 422/)
  const year = yearOf(retry, 2060)
  const id = await planInForce(request, year)
  await tasksOf(page, id)
  const point = page.getByRole('region', { name: '二 建好公共数据平台' })
  const dialog = page.getByRole('dialog')

  await point.getByRole('button', { name: '为“建好公共数据平台”添加任务' }).click()
  await expect(save(page)).toBeDisabled()
  await expect(save(page)).toHaveAccessibleDescription('必填项没有填全，或者填写有误')
  await field(page, '任务').fill('编制数据目录')
  await dialog.getByRole('combobox', { name: '牵头单位' }).click()
  await page.keyboard.type('县数据局')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await field(page, '成果').fill('数据目录')
  await field(page, '完成时限').fill(`${year}-10-31`)
  await save(page).click()
  await expect(dialog).toBeHidden()
  const row = point.getByRole('row').filter({ hasText: '编制数据目录' })
  await expect(row).toContainText('县数据局')
  await expect(row).toContainText(`${year}-10-31`)

  await row.getByRole('button', { name: '展开行' }).click()
  await expect(point.getByText('还没有节点')).toBeVisible()
  const add = point.getByRole('button', { name: '为“编制数据目录”添加节点' })
  await add.click()
  await field(page, '节点').fill('征求意见')
  await field(page, '完成时限').fill(`${year}-02-30`)
  await expect(dialog.getByText('写成 2025-12-31 这样的日期')).toBeVisible()
  await expect(save(page)).toBeDisabled()
  await field(page, '完成时限').fill(`${year}-11-30`)
  await expect(dialog.getByText('晚于任务的完成时限')).toBeVisible()
  await field(page, '完成时限').fill(`${year}-05-31`)
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await expectNoSideways(page, `adding a node at ${width}`)
    await expectAccessible(page, `adding a node at ${width}`)
  }
  // What was written is there again after the page was left.
  await expect(dialog.getByText(/草稿已于/)).toBeVisible()
  await page.reload()
  await settled(page)
  await row.getByRole('button', { name: '展开行' }).click()
  await add.click()
  await expect(dialog.getByText('已恢复上次没保存的内容')).toBeVisible()
  await expect(field(page, '节点')).toHaveValue('征求意见')
  await expect(field(page, '完成时限')).toHaveValue(`${year}-05-31`)

  // The program refuses a node without a title; its refusal stands at the field.
  await page.route(/\/edits$/, (route) => {
    const sent = route.request().postDataJSON() as { edits: { fields: object }[] }
    const edits = sent.edits.map((edit) => ({ ...edit, fields: { ...edit.fields, title: ' ' } }))
    return route.continue({ postData: JSON.stringify({ ...sent, edits }) })
  })
  await save(page).click()
  await expect(dialog.getByRole('alert')).toContainText('应为 1 至 300 个字')
  await expect(field(page, '节点')).toHaveAttribute('aria-invalid', 'true')
  await page.unroute(/\/edits$/)
  await save(page).click()
  await expect(dialog).toBeHidden()
  const node = point.getByRole('list', { name: '“编制数据目录”的节点' }).getByRole('listitem').filter({ hasText: '征求意见' })
  await expect(node).toContainText(`${year}-05-31 前`)

  // No baseline has it yet, so that it is changed at once.
  await node.getByRole('button', { name: '修改节点：征求意见' }).click()
  await expect(save(page)).toHaveAccessibleDescription('内容没有改动')
  await field(page, '完成时限').fill(`${year}-06-30`)
  await field(page, '成果').fill('意见汇总表')
  await save(page).click()
  await expect(dialog).toBeHidden()
  await expect(node).toContainText(`${year}-06-30 前`)
  await expect(node).toContainText('意见汇总表')
  await node.getByRole('button', { name: '完成：征求意见' }).click()
  await dialog.getByRole('button', { name: /^完 ?成$/ }).click()
  await expect(dialog).toBeHidden()
  await expect(node).toContainText('按期完成')

  await node.getByRole('button', { name: '修改节点：征求意见' }).click()
  const remove = dialog.getByRole('button', { name: '删除节点' }).first()
  await expect(remove).toBeDisabled()
  await expect(remove).toHaveAccessibleDescription('申请变更、删除要写明原因')
  await field(page, /原因/).fill('并入编制环节')
  await remove.click()
  const question = page.locator('.ant-popconfirm')
  await expect(question).toContainText('确定删除节点“征求意见”吗？')
  await expectAccessible(page, 'the question before a node is removed')
  await question.getByRole('button', { name: /^取 ?消$/ }).click()
  await expect(field(page, /原因/)).toHaveValue('并入编制环节')
  await expect(remove).toBeFocused()
  await remove.click()
  await question.getByRole('button', { name: '删除节点' }).click()
  await expect(dialog).toBeHidden()
  await expect(node).toHaveCount(0)
  await expect(point.getByText('还没有节点')).toBeVisible()
  await page.getByRole('tab', { name: '办理记录' }).click()
  await expect(page.getByRole('table', { name: '办理记录' })).toContainText('并入编制环节')
})

test('a node that was approved goes by an approved change', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 409/)
  const id = await planInForce(request, yearOf(retry, 2071))
  await tasksOf(page, id)
  const point = page.getByRole('region', { name: '一 补齐网络短板' })
  const expand = point.getByRole('row').filter({ hasText: '年内新增5G基站120座' }).getByRole('button', { name: '展开行' })
  const nodes = point.getByRole('list', { name: '“年内新增5G基站120座”的节点' }).getByRole('listitem')
  const dialog = page.getByRole('dialog')
  await expand.click()
  const many = await nodes.count()
  expect(many).toBeGreaterThan(1)
  await nodes.first().getByRole('button', { name: /^修改节点：/ }).click()
  await expect(field(page, '届时完成指标的比例')).not.toHaveValue('')
  await field(page, '届时完成指标的比例').fill('101')
  await expect(dialog.getByText('写成 0 至 100 的数字')).toBeVisible()
  await field(page, '届时完成指标的比例').fill('10')
  await field(page, /原因/).fill('分两步推进')
  // What was approved is not edited at once, and what was written stays.
  await save(page).click()
  await expect(dialog.getByRole('alert')).toContainText('plan-change-needed')
  await expect(field(page, '届时完成指标的比例')).toHaveValue('10')
  await dialog.getByRole('button', { name: '删除节点' }).first().click()
  const question = page.locator('.ant-popconfirm')
  await expect(question).toContainText('批准过的不会马上删除')
  await question.getByRole('button', { name: '删除节点' }).click()
  await expect(dialog).toBeHidden()
  await expect(nodes).toHaveCount(many)

  await page.getByRole('tab', { name: '变更' }).click()
  await expect(page.getByRole('list', { name: '变更' })).toContainText('删除 节点')
  await expect(page.getByRole('list', { name: '变更' })).toContainText('分两步推进')
  await page.getByRole('button', { name: '同意第 1 号变更', exact: true }).click()
  await field(page, /原因/).fill('会议同意')
  await dialog.getByRole('button', { name: /^同 ?意$/ }).click()
  await expect(page.getByRole('list', { name: '变更' })).toContainText('已同意')
  await page.getByRole('tab', { name: '任务分解' }).click()
  await expand.click()
  await expect(nodes).toHaveCount(many - 1)
})

test('before approval a task is added by hand to a point that has none, and removed with its nodes', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 412/)
  const year = yearOf(retry, 2080)
  const imported = await request.post('/api/v1/plans', { data: { text: planText(year) } })
  const { id } = (await imported.json()) as { id: string }
  await tasksOf(page, id)
  const dialog = page.getByRole('dialog')
  const point = page.getByRole('region', { name: '三 推进免证办事' })
  await expect(page.getByRole('button', { name: '提出任务草案' })).toBeVisible()
  await expectAccessible(page, 'points without tasks')
  await point.getByRole('button', { name: '为“推进免证办事”添加任务' }).click()
  await field(page, '任务').fill('梳理免证办事项')
  await save(page).click()
  await expect(dialog).toBeHidden()
  const row = point.getByRole('row').filter({ hasText: '梳理免证办事项' })
  await expect(row).toBeVisible()
  await row.getByRole('button', { name: '修改任务：梳理免证办事项' }).click()
  await field(page, /原因/).fill('重复')
  // Somebody else adds a node meanwhile, which would go with the task unseen.
  const number = await numberOf(request, id, '推进免证办事')
  await change(request, id, { op: 'add', item: `task/${number}.1`, fields: { title: '征求意见', due: `${year}-05-31` } })
  const remove = async () => {
    await dialog.getByRole('button', { name: '删除任务' }).first().click()
    await page.locator('.ant-popconfirm').getByRole('button', { name: '删除任务' }).click()
  }
  await remove()
  await expect(dialog.getByText('工作要点刚被别人改过')).toBeVisible()
  await expect(field(page, /原因/)).toHaveValue('重复')
  await remove()
  await expect(dialog).toBeHidden()
  await expect(row).toHaveCount(0)
})

test('of a task that somebody else has removed meanwhile it is said that it is gone, and what was written stays', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 4(04|12)/)
  const year = yearOf(retry, 2085)
  const imported = await request.post('/api/v1/plans', { data: { text: planText(year) } })
  const { id } = (await imported.json()) as { id: string }
  const number = await numberOf(request, id, '推进免证办事')
  await change(request, id, { op: 'add', item: `point/${number}`, fields: { title: '梳理免证办事项', due: `${year}-10-31` } })
  await tasksOf(page, id)
  await page.getByRole('button', { name: '修改任务：梳理免证办事项' }).click()
  await field(page, '成果').fill('免证办事清单')
  await change(request, id, { op: 'remove', item: `task/${number}.1` })
  await save(page).click()
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('工作要点中没有这一项')
  await expect(field(page, '成果')).toHaveValue('免证办事清单')
})

test('a form that was opened while the one before it is saved stays open', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 412/)
  const imported = await request.post('/api/v1/plans', { data: { text: planText(yearOf(retry, 2065)) } })
  const { id } = (await imported.json()) as { id: string }
  await tasksOf(page, id)
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route(/\/edits$/, async (route) => {
    await held
    await route.continue()
  })
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: '为“推进免证办事”添加任务' }).click()
  await field(page, '任务').fill('梳理免证办事项')
  await save(page).click()
  await dialog.getByRole('button', { name: '关闭' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: '为“建好公共数据平台”添加任务' }).click()
  await field(page, '任务').fill('编制数据目录')
  release()
  await expect(page.getByRole('row').filter({ hasText: '梳理免证办事项' })).toBeVisible()
  await expect(field(page, '任务')).toHaveValue('编制数据目录')
  await save(page).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('row').filter({ hasText: '编制数据目录' })).toBeVisible()
})

test('a change of a plan that is closed is read, with its part in percent, and is offered to nobody for a decision', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry, 2088))
  const { tasks } = (await (await request.get(`/api/v1/plans/${id}/tasks`)).json()) as { tasks: { nodes: { id: string }[] }[] }
  const [node] = tasks.flatMap(({ nodes }) => nodes)
  const edits = [{ op: 'set', item: `node/${node?.id}`, fields: { share: 0.105 } }]
  expect((await request.post(`/api/v1/plans/${id}/changes`, { data: { edits, reason: '分两步推进' } })).ok()).toBe(true)
  const changes = page.getByRole('list', { name: '变更' })
  await page.goto(`/plans/${id}?tab=changes`)
  await settled(page)
  await expect(changes).toContainText(/完成比例 [\d.]+% → 10.5%/)
  await expect(page.getByRole('button', { name: '同意第 1 号变更', exact: true })).toBeVisible()
  expect((await request.post(`/api/v1/plans/${id}/closing`, { data: { reason: '年度结束' } })).ok()).toBe(true)
  await page.reload()
  await settled(page)
  await expect(changes).toContainText(/完成比例 [\d.]+% → 10.5%/)
  await expect(page.getByRole('button', { name: /同意/ })).toHaveCount(0)
})

test('whoever may not work on the plan reads its tasks and nodes, and is offered no edit', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry, 2071))
  await page.route(/\/api\/v1\/session$/, async (route) => {
    const answer = await route.fetch()
    const who = (await answer.json()) as { actions: string[] }
    await route.fulfill({ response: answer, json: { ...who, actions: who.actions.filter((action) => action !== 'edit-plan') } })
  })
  await tasksOf(page, id)
  const point = page.getByRole('region', { name: '一 补齐网络短板' })
  await point.getByRole('row').filter({ hasText: '年内新增5G基站120座' }).getByRole('button', { name: '展开行' }).click()
  await expect(point.getByRole('list', { name: '“年内新增5G基站120座”的节点' }).getByRole('listitem').first()).toBeVisible()
  await expect(page.getByRole('button', { name: /添加|修改|县区份额/ })).toHaveCount(0)
})
