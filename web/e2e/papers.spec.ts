import { planInForce } from './city'
import { expect, expectAccessible, expectNoSideways, settled } from './fixtures'
import { inCity } from './own-city'

/** A city with the rules of supervision, two months into the year of its plan. */
const test = inCity((city) => city.start('../../../packs/plan', '2026-03-05T09:00+08:00'))

test.describe.configure({ mode: 'serial' })

for (const [name, width, height] of [['desktop', 1280, 900], ['telephone', 390, 844]] as const) {
  test(`a brief is read on a ${name}, with where each number comes from`, async ({ page, city }) => {
    void city
    const id = await planInForce(page.request)
    await page.setViewportSize({ width, height })
    await page.goto(`/plans/${id}?tab=papers&period=2026-02`)
    await settled(page)
    const paper = page.getByRole('article', { name: /推进情况简报（2月）/ })
    await expect(paper.getByRole('heading', { name: '一、总体进展' })).toBeVisible()
    await expect(paper).toContainText('截至2026年2月28日')
    await expect(paper).toContainText('没有数据')
    await expectAccessible(page, `a brief on a ${name}`)
    await expectNoSideways(page, `a brief on a ${name}`)
    // A number of the text leads to its footnote, and that to the sentence.
    await paper.getByRole('link', { name: '来源 2' }).first().click()
    await expect(page).toHaveURL(/#note-2$/)
    await paper.locator('#note-2').getByRole('link', { name: '查看' }).click()
    await expect(page).toHaveURL(/tab=text#target-\d+$/)
  })
}

test('papers of other kinds are chosen, and a paper is taken as a file of Word and as PDF', async ({ page, city }) => {
  void city
  const id = await planInForce(page.request)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`/plans/${id}?tab=papers`)
  await settled(page)
  await page.getByRole('combobox', { name: '材料' }).click()
  await page.locator('.ant-select-item-option', { hasText: '季度联席会议材料' }).click()
  await expect(page.getByRole('article', { name: /联席会议材料（第一季度）/ })).toContainText('提请会议议定的事项')
  for (const [button, begins] of [['下载 Word', 'PK'], ['下载 PDF', '%PDF-1.7']] as const) {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: button }).click()
    const stream = await (await download).createReadStream()
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).subarray(0, begins.length).toString('latin1')).toBe(begins)
  }
  // On A4, and nothing but the paper.
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('tablist')).toBeHidden()
  const pdf = await page.pdf({ preferCSSPageSize: true })
  expect(pdf.toString('latin1')).toMatch(/MediaBox\s*\[0 0 59[45][.\d]* 84[12]/)
})
