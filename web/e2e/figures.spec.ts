import { FIGURE } from './city'
import { expect, expectAccessible, expectNoSideways, settled, test } from './fixtures'

const page1280 = { width: 1280, height: 900 }
test.beforeEach(async ({ page }) => page.setViewportSize(page1280))

test('a metric is found by the initials of its name', async ({ page }) => {
  await page.goto('/figures')
  await settled(page)
  const table = page.getByRole('table', { name: '指标' })
  const all = await table.getByRole('row').count()
  await page.getByRole('searchbox').fill('xz5gjz')
  await expect(table.getByRole('link', { name: '新增5G基站' })).toBeVisible()
  await expect.poll(() => table.getByRole('row').count()).toBeLessThan(all)
  await page.getByRole('searchbox').fill('zzzzqq')
  await expect(page.getByText('没有符合的指标')).toBeVisible()
})

test('a metric beyond its bound says so in the list, for the city or for how many areas', async ({ page, request }) => {
  const { alerts } = (await (await request.get('/api/v1/alerts?open=true&limit=1000')).json()) as { alerts: { metric: string; area: string }[] }
  // One data centre of the simulated city uses more power than the plan allows, whatever the season.
  const pue = alerts.filter(({ metric }) => metric === 'compute.pue')
  expect(pue.map(({ area }) => area)).toContain('320981')
  await page.goto('/figures')
  await settled(page)
  const row = page.getByRole('row').filter({ hasText: 'compute.pue' })
  await expect(row).toContainText(pue.some(({ area }) => area === '') ? '高于警戒线' : `${pue.length} 地越线`)
})

test('the search over everything finds metrics, too', async ({ page }) => {
  await page.goto('/packs')
  await settled(page)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '搜索' }).fill(FIGURE)
  await page.getByRole('option').filter({ hasText: FIGURE }).click()
  await expect(page).toHaveURL(new RegExp(`/figures/${FIGURE}$`))
})

test('the address of a metric in the API leads to its page', async ({ page }) => {
  await page.goto(`/metrics/${FIGURE}`)
  await expect(page).toHaveURL(new RegExp(`/figures/${FIGURE}$`))
})

test('a county is chosen in the picture, and the numbers are those of the county', async ({ page, request }) => {
  const asks = [{ metric: FIGURE, grain: 'year' }, { metric: FIGURE, grain: 'year', only: { area: ['320904'] } }]
  const answer = await request.post('/api/v1/metrics/ask', { data: { asks } })
  const { outcomes } = (await answer.json()) as { outcomes: { answer: { groups: { points: { value: number }[] }[] } }[] }
  const [city, county] = outcomes.map((outcome) => outcome.answer.groups[0]?.points.at(-1)?.value ?? NaN)
  expect(county).toBeLessThan(city ?? 0)
  await page.goto(`/figures/${FIGURE}?grain=year`)
  await settled(page)
  const newest = page.getByRole('region', { name: '最新数值' }).locator('.figure')
  const shown = (value: number | undefined) => new Intl.NumberFormat('zh-CN').format(value ?? NaN)
  await expect(newest).toContainText(shown(city))
  await page.getByRole('list', { name: '各县区' }).getByRole('link', { name: /大丰区/ }).click()
  await expect(page).toHaveURL(/f\.area=320904/)
  await expect(newest).toContainText(shown(county))
})

test('a target is held against the number, and told with what is missing', async ({ page }) => {
  await page.goto(`/figures/${FIGURE}?grain=year`)
  await settled(page)
  const newest = page.getByRole('region', { name: '最新数值' })
  await page.getByRole('spinbutton', { name: /目标值/ }).fill('999999')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/target=999999/)
  await expect(newest.getByText('未达目标')).toBeVisible()
  await expect(newest.getByText(/还差/)).toBeVisible()
  await page.goto(`/figures/${FIGURE}?grain=year&target=1`)
  await expect(newest.getByText('已达目标')).toBeVisible()
})

test('a series is a table, too, with its range of what is foreseen', async ({ page }) => {
  await page.goto(`/figures/${FIGURE}?forecast=yes`)
  await settled(page)
  const series = page.getByRole('region', { name: '走势' })
  await series.getByRole('button', { name: '查看数据表' }).click()
  await expect(series.getByRole('columnheader', { name: '预测区间（八成把握）' })).toBeVisible()
  await expect(series.getByText(/回看 \d+ 次/)).toBeVisible()
})

test('a note is written at a number, and removed again', async ({ page }) => {
  const text = `响水县基站并网延期 ${Date.now()}`
  await page.goto(`/figures/${FIGURE}`)
  await settled(page)
  const notes = page.getByRole('region', { name: '备注' })
  await expect(notes.getByRole('button', { name: '写备注' })).toBeDisabled()
  await notes.getByRole('textbox').fill(text)
  await notes.getByRole('button', { name: '写备注' }).click()
  const note = notes.getByRole('listitem').filter({ hasText: text })
  await expect(note).toContainText('本机管理员')
  await expect(notes.getByRole('textbox')).toHaveValue('')
  await note.getByRole('button', { name: '删除备注' }).click()
  await expectAccessible(page, 'the question before a note is removed')
  await page.getByRole('tooltip').getByRole('button', { name: '删除备注' }).click()
  await expect(note).toHaveCount(0)
})

test('the table of counties is saved as a workbook', async ({ page }) => {
  await page.goto(`/figures/${FIGURE}`)
  await settled(page)
  const download = page.waitForEvent('download')
  await page.getByRole('region', { name: '各县区' }).getByRole('button', { name: '导出 Excel' }).click()
  expect((await download).suggestedFilename()).toMatch(/^新增5G基站_各县区排名_\d{14}\.xlsx$/)
})

test('a number walks down to the records of the deliveries that it was made of', async ({ page }) => {
  await page.goto(`/figures/${FIGURE}`)
  await settled(page)
  const figure = page.getByRole('region', { name: '最新数值' }).locator('.figure').getByRole('button')
  await figure.click()
  const drawer = page.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(drawer.locator('a[href="/datasets/telecom.station_month"]')).toBeVisible()
  await expect(drawer.locator('a[href="/datasets/telecom.base_station"]')).toBeVisible()
  await expect(drawer.getByText('市通管办').first()).toBeVisible()
  await expect(drawer.getByText('本机管理员，可读取全部数据').first()).toBeVisible()
  const delivery = drawer.getByRole('list', { name: /来自 \d+ 次交付/ }).getByRole('listitem').first()
  await expect(delivery).toContainText(/第 [\d、…]+ 条记录/)
  await expectAccessible(page, 'trail')
  await page.setViewportSize({ width: 390, height: 844 })
  await expectNoSideways(page, 'trail')
  await page.setViewportSize(page1280)
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await expect(figure).toBeFocused()
  await figure.click()
  await delivery.getByRole('link').click()
  await expect(page).toHaveURL(/\/batches\//)
  await expect(drawer).toBeHidden()
})

test('a change beside the newest number opens the trail of the number that it is held against', async ({ page }) => {
  await page.goto(`/figures/${FIGURE}`)
  await settled(page)
  const change = page.getByRole('region', { name: '最新数值' }).locator('.change').getByRole('button').first()
  const tip = (await change.getAttribute('title')) ?? ''
  const told = /^看对比数从哪里来：.* ([\d.,]+)座$/.exec(tip)?.[1] ?? ''
  expect(told, tip).not.toBe('')
  await change.click()
  const drawer = page.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(drawer).toContainText('telecom.station_month')
  await expect(drawer.locator('.way-number').first()).toHaveText(`${told}座`)
})

test('a metric that is not there is told with its code', async ({ page, watched }) => {
  watched.allow(/status of 404/)
  await page.goto('/figures/no.such')
  await expect(page.getByRole('alert')).toContainText('no-metric')
})

test('the address in a footnote of a paper opens the trail of its number', async ({ page }) => {
  await page.goto(`/figures/${FIGURE}?trail=2025`)
  const drawer = page.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(drawer.getByRole('heading', { name: '新增5G基站' })).toBeVisible()
  await expect(drawer).toContainText('2025年')
})
