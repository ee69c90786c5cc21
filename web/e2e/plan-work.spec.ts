import type { Page } from '@playwright/test'
import { planInForce } from './city'
import { expect, expectCalm, settled, test } from './fixtures'

test.describe.configure({ mode: 'serial' })
test.beforeEach(async ({ page }) => page.setViewportSize({ width: 1280, height: 900 }))

/** A plan of a year of which the city has data; another one each time, for what was done stays. */
const yearOf = (retry: number, first: number) => first - 2 * retry

async function expectBothWidths(page: Page, what: string): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await expectCalm(page, `${what} at ${width}`)
  }
}

async function addShare(page: Page, at: number, county: string, quantity: string): Promise<void> {
  const line = page.getByRole('dialog').getByRole('list', { name: '县区份额' }).getByRole('listitem').nth(at)
  await line.getByRole('combobox', { name: '县区' }).click()
  await page.keyboard.type(county)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await line.getByRole('textbox', { name: '份额' }).fill(quantity)
}

test('counties get shares that reach the target, and what each has reached is told beside the sum', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of (409|412)/)
  const id = await planInForce(request, yearOf(retry, 2025))
  const bound = await request.put(`/api/v1/plans/${id}/targets/1/binding`, { data: { kind: 'metric', id: 'telecom.new_station', way: 'year-sum', reason: '市通管办台账' } })
  expect(bound.ok()).toBe(true)
  await page.goto(`/plans/${id}?tab=counties`)
  await settled(page)
  await page.getByRole('link', { name: /到“任务分解”里/ }).click()
  const point = page.getByRole('region', { name: '一 补齐网络短板' })
  await point.getByRole('button', { name: '展开行' }).first().click()
  await point.getByRole('button', { name: '县区份额：年内新增5G基站120座' }).click()
  const dialog = page.getByRole('dialog')
  await addShare(page, 0, '亭湖区', '50')
  await expect(dialog.getByText('少 70座，不能保存')).toBeVisible()
  await expect(dialog.getByRole('button', { name: /^保 ?存$/ })).toBeDisabled()
  await dialog.getByRole('button', { name: '添加县区' }).click()
  await expect(dialog.getByRole('combobox', { name: '县区' }).last()).toHaveAttribute('aria-invalid', 'true')
  await addShare(page, 1, '盐都区', '')
  await expect(dialog.getByText('要么都写，要么都不写')).toBeVisible()
  await expectBothWidths(page, 'shares that do not reach the target')
  await dialog.getByRole('textbox', { name: '份额' }).nth(1).fill('70')
  // Somebody else decides about another matter meanwhile; what is written here goes through.
  const aside = await request.put(`/api/v1/plans/${id}/targets/1/binding`, { data: { kind: 'metric', id: 'telecom.new_station', way: 'year-sum', reason: '台账复核' } })
  expect(aside.ok()).toBe(true)
  await dialog.getByRole('button', { name: /^保 ?存$/ }).click()
  await expect(dialog).toBeHidden()
  // A table that was cards meanwhile has its rows closed again.
  await point.getByRole('button', { name: '展开行' }).first().click()
  const shares = point.getByRole('table', { name: '“年内新增5G基站120座”的县区份额' })
  await expect(shares.getByRole('row').filter({ hasText: '亭湖区' })).toContainText('50座')
  await expect(shares.getByRole('row').filter({ hasText: '亭湖区' }).getByRole('progressbar')).toBeVisible()
  await expect(point.locator('.plan-totals')).toContainText('份额合计120座')

  // The numbers are those of the metric.
  const { outcomes } = (await (
    await request.post('/api/v1/metrics/ask', {
      data: { asks: [{ metric: 'telecom.new_station', grain: 'year', period: String(yearOf(retry, 2025)), by: [{ dimension: 'area', level: 'county' }] }] },
    })
  ).json()) as { outcomes: { answer: { groups: { keys: { name: { zh: string } }[]; points: { value: number }[] }[] } }[] }
  const number = outcomes[0]?.answer.groups.find(({ keys }) => keys[0]?.name.zh === '亭湖区')?.points.at(-1)?.value
  expect(number).toBeGreaterThan(0)
  await expect(shares.getByRole('row').filter({ hasText: '亭湖区' })).toContainText(`${number}座`)
  await shares.getByRole('row').filter({ hasText: '亭湖区' }).getByRole('button', { name: `${number}座` }).click()
  const trail = page.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(trail).toContainText('亭湖区')
  await expect(trail.locator('.way-number').first()).toHaveText(`${number}座`)
  await trail.getByRole('button', { name: '关闭' }).click()
  await expect(trail).toBeHidden()

  // What the office of a county looks at: its copies beside the city's lamp.
  await page.getByRole('tab', { name: '县区' }).click()
  await expect(page.getByRole('region', { name: '各县区完成情况' })).toMatchAriaSnapshot(`
    - region "各县区完成情况":
      - heading "各县区完成情况" [level=2]
      - table "各县区完成情况":
        - rowgroup:
          - row /县区 任务数/
        - rowgroup:
          - row /亭湖区/
          - row /盐都区/
  `)
  await expectBothWidths(page, 'all counties')
  await page.getByRole('combobox', { name: '按县区' }).click()
  await page.keyboard.type('thq')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/county=/)
  const row = page.getByRole('region', { name: '亭湖区的任务' }).getByRole('row').filter({ hasText: '年内新增5G基站120座' })
  await expect(row).toContainText('50座')
  await expect(row.locator('.lamp')).toHaveCount(2)
  await expectBothWidths(page, 'one county')
})

test('the text is narrowed to the sentences from which tasks of a county come', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry, 2018))
  const split = await request.post(`/api/v1/plans/${id}/tasks/1.1/counties`, { data: { counties: [{ county: '亭湖区', quantity: 50 }, { county: '盐都区', quantity: 70 }] } })
  expect(split.ok()).toBe(true)
  await page.goto(`/plans/${id}`)
  await settled(page)
  const text = page.getByRole('article', { name: '正文' })
  await expect(text).toContainText('不少于40个事项')
  await page.getByRole('combobox', { name: '按县区' }).click()
  await page.keyboard.type('thq')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/county=/)
  await expect(text).toContainText('新增5G基站120座')
  await expect(text).not.toContainText('不少于40个事项')
  await expect(page.getByText('找到 1 句')).toBeVisible()
  await expectBothWidths(page, 'the text of one county')
  // The address opens the same, and a county without a task has no sentence.
  await page.reload()
  await settled(page)
  await expect(text).not.toContainText('不少于40个事项')
  await page.goto(`/plans/${id}?county=${encodeURIComponent('大丰区')}`)
  await expect(page.getByText('没有找到这样的句子')).toBeVisible()
})

test('a change and a share are told with their units, with what is foreseen, and lead to their own period', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry, 2017))
  const { targets } = (await (await request.get(`/api/v1/plans/${id}`)).json()) as { targets: { number: number; literal: string }[] }
  const numberOf = (words: string) => targets.find(({ literal }) => literal.includes(words))?.number ?? 0
  const [share, change] = [numberOf('千兆用户占比'), numberOf('数据准确率')]
  const bind = async (target: number, binding: object) => {
    const bound = await request.put(`/api/v1/plans/${id}/targets/${target}/binding`, { data: { kind: 'metric', reason: '核对', ...binding } })
    expect(bound.ok()).toBe(true)
  }
  await bind(share, { id: 'telecom.gigabit_rate', way: 'share' })
  await bind(change, { id: 'health_service.cost_per_visit', way: 'change', baseline: 100_000 })
  // Neither is reached by then, so that both are looked ahead.
  const edits = [
    { op: 'set', item: `target/${share}`, fields: { value: 1000, due: '2026-06-30' } },
    { op: 'set', item: `target/${change}`, fields: { due: '2026-12-31' } },
  ]
  expect((await request.post(`/api/v1/plans/${id}/changes`, { data: { edits, reason: '推迟' } })).ok()).toBe(true)
  expect((await request.post(`/api/v1/plans/${id}/changes/1/decision`, { data: { accept: true, reason: '同意' } })).ok()).toBe(true)
  await page.goto(`/plans/${id}`)
  await settled(page)
  const level = page.locator(`#target-${share}`)
  await expect(level).toContainText(/预计到 2026年6月\s*[\d.]+%/)
  await expect(level).toContainText('难以完成')
  const fall = page.locator(`#target-${change}`)
  await expect(fall.locator('.figure-button')).toHaveText(/^下降 [\d.]+%$/)
  await expect(fall).toContainText('无法预计：全年的数不是各期的数相加')
  await expectBothWidths(page, 'what is foreseen of targets')
  // The trail is that of the year whose number is compared, and has the same number.
  await fall.locator('.figure-button').click()
  const drawer = page.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(drawer.locator('.way-number').first()).toHaveText(/^[\d,.]+元$/)
  await expect(drawer).toContainText(/时期\s*\d{4}年(?!\d)/)
  await expect(drawer).toContainText('health_service.visit_cell')
  await expect(drawer.getByText('点开时页面上的数与此不同，为')).toHaveCount(0)
})

test('a target is asked to change, the change is approved, and the baselines are compared field by field', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 409/)
  const id = await planInForce(request, yearOf(retry, 2024))
  const split = await request.post(`/api/v1/plans/${id}/tasks/1.1/counties`, { data: { counties: [{ county: '亭湖区', quantity: 60 }, { county: '盐都区', quantity: 70 }] } })
  expect(split.ok()).toBe(true)
  await page.goto(`/plans/${id}?tab=changes`)
  await settled(page)
  await page.getByRole('button', { name: '申请变更指标' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: /指标/ }).click()
  await page.keyboard.type('nnxz')
  await page.keyboard.press('Enter')
  await dialog.getByRole('textbox', { name: '数值' }).fill('110')
  await expect(dialog.getByRole('button', { name: '申请变更', exact: true })).toBeDisabled()
  await dialog.getByRole('textbox', { name: /原因/ }).fill('三个站址无法征得同意')
  await expectBothWidths(page, 'asking for a change of a target')
  // What was written is there again after the form was closed.
  await expect(dialog.getByText(/草稿已于/)).toBeVisible()
  await dialog.getByRole('button', { name: '关闭' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: '申请变更指标' }).click()
  await expect(dialog.getByText('已恢复上次没保存的内容')).toBeVisible()
  await expect(dialog.getByRole('textbox', { name: '数值' })).toHaveValue('110')
  await expect(dialog.getByRole('textbox', { name: /原因/ })).toHaveValue('三个站址无法征得同意')
  await dialog.getByRole('button', { name: '申请变更', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('list', { name: '变更' })).toContainText('改 指标 年内新增5G基站120座 · 数值 120 → 110')
  await page.getByRole('button', { name: '同意第 1 号变更', exact: true }).click()
  await dialog.getByRole('textbox', { name: /原因/ }).fill('会议同意')
  await dialog.getByRole('button', { name: /^同 ?意$/ }).click()
  await expect(page.getByRole('list', { name: '变更' })).toContainText('已同意')

  await page.getByRole('tab', { name: '基线' }).click()
  await expect(page.getByRole('table', { name: '基线' }).getByRole('row').filter({ hasText: '第 2 号基线' })).toContainText('第 1 号变更')
  await page.getByRole('combobox', { name: '到', exact: true }).click()
  await page.locator('.ant-select-item-option', { hasText: '第 2 号基线' }).last().click()
  await expect(page).toHaveURL(/to=2/)
  const table = page.getByRole('table', { name: '比较' })
  await expect(table.getByRole('row').filter({ hasText: '指标 1' })).toContainText('120 → 改为 110')
  await expect(table.getByRole('row').filter({ hasText: '任务 1.1-1' })).toContainText('含 4 个节点')
  await expectBothWidths(page, 'two baselines')

  // A share that was approved is changed by an approved change.
  await page.getByRole('tab', { name: '县区' }).click()
  await page.getByRole('button', { name: '县区份额：年内新增5G基站110座' }).click()
  await dialog.getByRole('textbox', { name: '份额' }).first().fill('65')
  await dialog.getByRole('button', { name: /^保 ?存$/ }).click()
  await expect(dialog.getByRole('alert')).toContainText('plan-change-needed')
  await dialog.getByRole('textbox', { name: /原因/ }).fill('与盐都区调剂')
  await dialog.getByRole('button', { name: '申请变更' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('tab', { name: '变更' }).click()
  await expect(page.getByRole('list', { name: '变更' })).toContainText('数量 60 → 65')
})

test('a target is bound to a metric that is found by initials, and a refusal is told at its field', async ({ page, request, watched }, { retry }) => {
  watched.allow(/status of 422/)
  const id = await planInForce(request, yearOf(retry, 2028) + 10)
  await page.goto(`/plans/${id}?tab=sources&only=open`)
  await settled(page)
  const table = page.getByRole('table', { name: '数据来源' })
  await table.getByRole('button', { name: '改数据来源：千兆用户占比达到60%以上' }).click()
  const dialog = page.getByRole('dialog')
  const choose = async (name: string, option: string) => {
    await dialog.getByRole('combobox', { name }).click()
    await page.locator('.ant-select-item-option', { hasText: option }).last().click()
  }
  await choose('来源类型', '数据指标')
  await dialog.getByRole('combobox', { name: '数据指标' }).click()
  await page.keyboard.type('xz5g')
  await page.keyboard.press('Enter')
  await choose('取数方式', '相对基数的变化')
  await choose('与什么相比', '指定的数值')
  await expect(dialog.getByText('写成数字')).toBeVisible()
  await dialog.getByRole('textbox', { name: '基数' }).fill('1,200')
  await expect(dialog.getByRole('button', { name: /^保 ?存$/ })).toBeDisabled()
  await expect(dialog.getByRole('button', { name: /^保 ?存$/ })).toHaveAccessibleDescription('写明原因后才能继续')
  await dialog.getByRole('textbox', { name: /原因/ }).fill('与市通管办核对')
  await expectBothWidths(page, 'binding a target')

  // The program refuses a name that no metric can have; its refusal stands at the field.
  await page.route(/\/binding$/, (route) => route.continue({ postData: JSON.stringify({ ...(route.request().postDataJSON() as object), id: 'no such' }) }))
  await dialog.getByRole('button', { name: /^保 ?存$/ }).click()
  await expect(dialog.getByRole('alert')).toContainText('请重新选择')
  await expect(dialog.getByRole('combobox', { name: '数据指标' })).toHaveAttribute('aria-invalid', 'true')
  await page.unroute(/\/binding$/)
  await dialog.getByRole('button', { name: /^保 ?存$/ }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('checkbox', { name: '只看未绑定的' }).click()
  await expect(page).not.toHaveURL(/only=/)
  const row = table.getByRole('row').filter({ hasText: '千兆用户占比' })
  await expect(row).toContainText('新增5G基站')
  await expect(row).toContainText('相对基数的变化 · 对比：1,200')
  await expect(row).toContainText('与市通管办核对')
  await expect(table.getByRole('row').filter({ hasText: '年内新增5G基站120座' })).toContainText('市级配置建议，尚未确认')
  await expectBothWidths(page, 'sources of targets')
  // What a person has bound stays when the file is read again.
  await page.getByRole('button', { name: '按市级配置重新生成建议' }).click()
  await expect(page.getByText('已按市级配置更新')).toBeVisible()
  await expect(row).toContainText('与市通管办核对')
})
