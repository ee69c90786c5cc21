import { expect, expectAccessible } from './fixtures'
import { inCity } from './own-city'

const test = inCity((city) => city.start('bare', '2026-01-05T09:00+08:00'))

test('an empty city says what to do', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByText('还没有交付过数据')).toBeVisible()
  await expect(page.getByRole('link', { name: '交付第一批数据' })).toBeVisible()
  await expectAccessible(page, 'empty home')
  await page.goto('/catalogue')
  await expect(page.getByText('还没有数据集')).toBeVisible()
  await expectAccessible(page, 'empty catalogue')
})
