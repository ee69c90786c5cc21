import { expect, expectAccessible, expectCalm, settled, speak, test } from './fixtures'

// What a report leaves behind is there for the tests after it.
test.describe.configure({ mode: 'serial' })

/** A picture of one dot. */
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

test('a form is filled on a phone: a fault is told at its field, mended, and the report is found again', async ({ page, watched }) => {
  watched.allow(/status of 422/)
  await speak(page, 'zh-CN')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/forms/industry.future_industry?period=2025-12')
  await settled(page)
  const fill = page.getByRole('region', { name: '填写' })
  await fill.getByLabel('当月实现突破的产业数').fill('1')
  const chooser = page.waitForEvent('filechooser')
  await fill.getByRole('button', { name: '选择文件' }).click()
  await (await chooser).setFiles({ name: '现场.png', mimeType: 'image/png', buffer: PICTURE })
  await expect(fill.getByRole('img', { name: '现场.png' })).toBeVisible()
  await fill.getByRole('button', { name: '提交' }).click()
  await expect(fill.getByRole('alert').first()).toBeVisible()
  await expectCalm(page, 'a refused report at 390')
  await fill.getByLabel('产业名称').fill('氢能')
  await fill.getByRole('button', { name: '提交' }).click()
  await expect(fill.getByRole('status').filter({ hasText: '已入库' })).toBeVisible()
  await fill.getByRole('link', { name: '查看' }).click()
  await settled(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('市发改委 2025年12月')
  await expect(page.getByText('氢能')).toBeVisible()
  await expect(page.getByRole('img', { name: '现场.png' })).toBeVisible()
  await expectAccessible(page, 'a report')
})

test('of several photographs one that is none is refused by its name, and the others are there', async ({ page, watched }) => {
  watched.allow(/status of 4\d\d/)
  await speak(page, 'zh-CN')
  await page.goto('/forms/industry.future_industry?period=2025-10')
  await settled(page)
  const fill = page.getByRole('region', { name: '填写' })
  const chooser = page.waitForEvent('filechooser')
  await fill.getByRole('button', { name: '选择文件' }).click()
  const picture = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer })
  const dots = [1, 2].map((byte) => Buffer.concat([PICTURE, Buffer.from([byte])]))
  await (await chooser).setFiles([picture('甲.png', dots[0]!), picture('乙.png', Buffer.from([0, 159, 146, 150])), picture('丙.png', dots[1]!)])
  await expect(fill.getByRole('img', { name: '甲.png' })).toBeVisible()
  await expect(fill.getByRole('img', { name: '丙.png' })).toBeVisible()
  await expect(fill.getByRole('alert').filter({ hasText: '乙.png' })).toBeVisible()
  await expect(fill.getByRole('img', { name: '乙.png' })).toHaveCount(0)
})

test('a form is locked while it sends, so that what is sent is what is shown, and open again when it is refused', async ({ page, watched }) => {
  watched.allow(/status of 422/)
  await speak(page, 'zh-CN')
  await page.goto('/forms/industry.future_industry?period=2025-09')
  await settled(page)
  const fill = page.getByRole('region', { name: '填写' })
  const count = fill.getByLabel('当月实现突破的产业数')
  await count.fill('1')
  await fill.getByLabel('产业名称').fill('氢能')
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/reports*', async (route) => {
    if (route.request().method() === 'POST') await held
    await route.continue()
  })
  await fill.getByRole('button', { name: '提交' }).click()
  await expect(count).toBeDisabled()
  await expect(fill.getByLabel('产业名称')).toBeDisabled()
  release()
  // It has no photograph.
  await expect(fill.getByRole('alert').first()).toBeVisible()
  await expect(count).toBeEnabled()
})

test('a period that is not taken is not filled, and another one can be chosen; nor is a unit that is not of the form', async ({ page }) => {
  await speak(page, 'zh-CN')
  await page.goto('/forms/industry.future_industry?period=2031-01')
  await settled(page)
  const fill = page.getByRole('region', { name: '填写' })
  await expect(fill.getByText('请另选期间')).toBeVisible()
  await expect(fill.getByRole('button', { name: '提交' })).toHaveCount(0)
  await fill.getByRole('combobox', { name: '期间' }).click()
  await page.locator('.ant-select-item-option').first().click()
  await expect(fill.getByRole('button', { name: '提交' })).toBeVisible()
  await page.goto('/forms/industry.future_industry?unit=不存在的单位')
  await settled(page)
  await expect(fill.getByText('请另选填报单位')).toBeVisible()
  await expect(fill.getByRole('button', { name: '提交' })).toHaveCount(0)
})

test('who has not reported is listed with how late it is', async ({ page }) => {
  await speak(page, 'zh-CN')
  await page.goto('/forms')
  await settled(page)
  const due = page.getByRole('region', { name: '待填报', exact: true })
  await expect(due.getByRole('row', { name: /市数据局 2025年11月 .*逾期/ })).toBeVisible()
})
