import { planInForce } from './city'
import { expect, expectAccessible, settled, test } from './fixtures'

// What is bound for one test is there for the others.
test.describe.configure({ mode: 'serial' })
test.beforeEach(async ({ page }) => page.setViewportSize({ width: 1280, height: 900 }))

/** A plan of a year of which the city has stations; another one each time, for what was done stays. */
const yearOf = (retry: number) => 2021 - 2 * retry

const FORM = 'industry.future_industry'

const KINDS = [
  { kind: 'brief', name: '月度简报', period: '-12', title: /推进情况简报（12月）/ },
  { kind: 'pack', name: '季度联席会议材料', period: '-Q4', title: /联席会议材料（第四季度）/ },
  { kind: 'review', name: '年终评估', period: '', title: /年终评估报告/ },
] as const

for (const { kind, name, period, title } of KINDS) {
  test(`a plan leads to its ${kind}, which is read on the page and taken as docx and PDF`, async ({ page, request }, { retry }) => {
    const id = await planInForce(request, yearOf(retry))
    await page.goto(`/plans/${id}`)
    await settled(page)
    await page.getByRole('tab', { name: '简报材料' }).click()
    await page.getByRole('combobox', { name: '材料' }).click()
    await page.locator('.ant-select-item-option', { hasText: name }).click()
    const paper = page.getByRole('article', { name: title })
    await expect(paper.getByRole('heading', { name: '一、总体进展' })).toBeVisible()
    await expect(paper.getByRole('region', { name: '数据来源', exact: true }).getByRole('listitem').first()).toBeVisible()
    await expect(paper).toContainText('联席会议办公室')
    // The kind of paper has an address; the newest period is shown where none is named.
    if (kind !== 'brief') await expect(page).toHaveURL(new RegExp(`paper=${kind}`))
    for (const [button, format, begins, holds] of [
      ['下载 Word', 'docx', 'PK', 'word/document.xml'],
      ['下载 PDF', 'pdf', '%PDF-1.7', '%%EOF'],
    ] as const) {
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: button }).click()
      const taken = await download
      expect(taken.suggestedFilename()).toMatch(new RegExp(`${yearOf(retry)}${period}\\.${format}$`))
      const chunks: Buffer[] = []
      for await (const chunk of await taken.createReadStream()) chunks.push(chunk as Buffer)
      const bytes = Buffer.concat(chunks).toString('latin1')
      expect(bytes.slice(0, begins.length)).toBe(begins)
      expect(bytes).toContain(holds)
    }
  })
}

test('a number of a brief is followed from the page to the table that it was counted in', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry))
  const bound = await request.put(`/api/v1/plans/${id}/targets/1/binding`, { data: { kind: 'metric', id: 'telecom.new_station', way: 'year-sum', reason: '市通管办台账' } })
  expect(bound.ok()).toBe(true)
  await page.goto(`/plans/${id}?tab=papers&period=${yearOf(retry)}-12`)
  await settled(page)
  const paper = page.getByRole('article', { name: /推进情况简报（12月）/ })
  const number = paper.locator('.paper-table .figure-button').first()
  await expect(number).toHaveText(/\d+座/)
  await number.click()
  const drawer = page.getByRole('dialog', { name: '这个数从哪里来' })
  await expect(drawer).toContainText('telecom.station_month')
  await expect(drawer.locator('a[href="/datasets/telecom.base_station"]')).toBeVisible()
  await expectAccessible(page, 'a number of a brief and its trail')
})

test('a target that is told by a form leads to the form, where its number is filled in', async ({ page, request }, { retry }) => {
  const id = await planInForce(request, yearOf(retry))
  const bound = await request.put(`/api/v1/plans/${id}/targets/2/binding`, { data: { kind: 'form', id: FORM, reason: '由责任单位按月填报' } })
  expect(bound.ok()).toBe(true)
  const { title } = (await (await request.get(`/api/v1/forms/${FORM}`)).json()) as { title: string }
  await page.goto(`/plans/${id}#target-2`)
  await settled(page)
  const target = page.locator('#target-2')
  // Until a metric over its reports is named, what is handed in closes it.
  await expect(target.getByRole('button', { name: /^提交佐证/ })).toBeVisible()
  await target.getByRole('link', { name: title }).click()
  await expect(page).toHaveURL(new RegExp(`/forms/${FORM}$`))
  await settled(page)
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await expect(page.getByRole('region', { name: '填写' })).toBeVisible()

  // The list of sources leads there, too.
  await page.goto(`/plans/${id}?tab=sources`)
  await settled(page)
  const row = page.getByRole('table', { name: '数据来源' }).getByRole('row').filter({ hasText: '千兆用户占比' })
  await row.getByRole('link', { name: title }).click()
  await expect(page).toHaveURL(new RegExp(`/forms/${FORM}$`))
})
