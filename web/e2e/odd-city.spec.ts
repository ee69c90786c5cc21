import { expect, expectAccessible, settled, writeOver } from './fixtures'
import { inCity, until } from './own-city'

const EVIL = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'

/** A city of scripts, whose one delivery came four days ago. */
const test = inCity(async (city) => {
  city.put('data/inbox/odd/thing_1.csv', `id,word\n1,"${EVIL.replaceAll('"', '""')}"\n`)
  await city.start('odd', '2026-01-05T09:00+08:00')
  await until(city.address, '/models', ({ models }: { models: { state: string }[] }) => models.every(({ state }) => state === 'fresh'))
  await city.stop()
  await city.start('odd', '2026-01-09T09:00+08:00')
  await until(city.address, '/notices', ({ notices }: { notices: object[] }) => notices.length >= 2)
})

test('names, titles and cells that contain scripts are text', async ({ page }) => {
  for (const to of ['/', '/datasets/odd.thing', '/datasets/odd.thing?tab=fields', '/datasets/odd.thing?tab=quality', '/models/odd.copy', '/packs', '/pages', '/deliver?dataset=odd.thing', '/batches', '/rollup?by=owner']) {
    await page.goto(to)
    await settled(page)
    await expect(page.locator('main')).toContainText('<img src=x', { useInnerText: true })
  }
  await page.goto('/catalogue')
  await expect(page.getByRole('link', { name: '<img src=x' }).first()).toBeVisible()
  await expect(page.getByRole('group', { name: '责任单位' }).getByRole('checkbox')).toBeVisible()
  await page.goto('/query')
  await settled(page)
  await writeOver(page, 'SELECT word AS "<b>a</b>" FROM odd.thing')
  await page.keyboard.press('Control+Enter')
  const table = page.getByRole('table', { name: '结果' })
  await expect(table).toContainText('<b>a</b>')
  await expect(table).toContainText('<img src=x')
  await page.goto('/lineage?of=odd.thing&form=graph&columns=yes&impact=yes')
  await expect(page.locator('.lineage-node').first()).toContainText('<img src=x')
  await page.goto('/pages/odd.board')
  await page.locator('.chart-picture svg').hover()
  await page.getByRole('button', { name: '查看数据表' }).click()
  await expect(page.getByRole('rowheader', { name: '<img src=x' })).toBeVisible()
  expect(await page.evaluate(() => 'hit' in window)).toBe(false)
})

test('what is late lights the lamp, is told in Chinese, and is the first thing to do', async ({ page }) => {
  await page.goto('/')
  await settled(page)
  const notices = page.getByRole('region', { name: '提醒' })
  await expect(notices).toContainText('应每 24 小时交付一次，最近一次是 2026-01-05')
  await expect(notices).toContainText('数据不应早于 36 小时前')
  await expect(notices).not.toContainText('●')
  await expect(page.getByRole('region', { name: '接下来做什么' }).getByRole('link').first()).toHaveText(/^补交：/)
  await expect(page.getByRole('table', { name: '需要关注的数据集' })).toContainText('超期')
  await expectAccessible(page, 'notices')
})
