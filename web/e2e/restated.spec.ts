import { readFileSync } from 'node:fs'
import { FIGURE, register, station } from './city'
import { expect, expectAccessible, settled } from './fixtures'
import { type City, inCity, until } from './own-city'

const PACKS = ['../../../packs/base', '../../../packs/telecom']
const METRIC = 'telecom/metrics/new_station.yaml'
const NOW = '2026-03-05T09:00+08:00'
const LATER = '2026-06-01T09:00+08:00'

/** Until the number of February was told so many times. */
const told = (city: City, times: number) =>
  until(city.address, `/metrics/${FIGURE}/history?period=2026-02`, ({ numbers }: { numbers?: object[] }) => numbers?.length === times)

/** A city whose register of base stations knows two of February. */
async function twoStations(city: City): Promise<void> {
  city.put('data/inbox/communications/基站台账_20260228.csv', register([station(1, '2026-01-15'), station(2, '2026-02-11'), station(3, '2026-02-26')]))
  await city.start(PACKS, NOW)
  await told(city, 1)
}

/** In which a third one of February is handed over later. */
const restated = inCity(async (city) => {
  await twoStations(city)
  const path = city.put('late.csv', register([station(4, '2026-02-20')]))
  const answer = await fetch(`${city.address}/api/v1/batches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dataset: 'telecom.base_station', path, mode: 'upsert' }),
  })
  expect(answer.ok, await answer.text()).toBe(true)
  await told(city, 2)
})

restated('a month that is restated is told with both numbers, and marked wherever it is shown', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`/figures/${FIGURE}`)
  await settled(page)
  const newest = page.getByRole('region', { name: '最新数值' })
  await expect(newest.locator('.figure')).toHaveText(/^\s*3\s*座/)
  await expect(newest).toContainText('有重述：这个数以前公布的不一样')
  const history = page.getByRole('region', { name: '公布记录' })
  await expect(history).toContainText('重述 1 次，前后的数都在下面。')
  const rows = history.getByRole('row')
  await expect(rows).toHaveCount(3)
  await expect(rows.nth(1)).toContainText(/3\s*座/)
  await expect(rows.nth(1)).toContainText('重述：数据有变')
  await expect(rows.nth(2)).toContainText(/2\s*座/)
  await expect(rows.nth(2)).toContainText('首次公布')
  await expectAccessible(page, 'a restated number')

  for (const to of ['/boards/telecom.network', '/wall/telecom.network']) {
    await page.goto(to)
    await page.locator('.block').first().waitFor()
    await expect(page.getByRole('region', { name: '新增5G基站', exact: true })).toContainText('◆ 有重述')
  }
})

/** In which the metric is counted in another unit when the program starts again. */
const recounted = inCity(async (city) => {
  await twoStations(city)
  await city.stop()
  const declared = readFileSync(new URL(`../../packs/${METRIC}`, import.meta.url), 'utf8')
  city.put(`packs-given/${METRIC}`, declared.replace('unit: 座', 'unit: 站'))
  await city.start(PACKS, NOW)
  await told(city, 2)
})

recounted('a number whose unit has changed is told in both units, and not as if the data had changed', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`/figures/${FIGURE}`)
  await settled(page)
  await expect(page.getByRole('region', { name: '最新数值' }).locator('.figure')).toHaveText(/^\s*2\s*站/)
  const rows = page.getByRole('region', { name: '公布记录' }).getByRole('row')
  await expect(rows).toHaveCount(3)
  await expect(rows.nth(1)).toContainText(/2\s*站/)
  await expect(rows.nth(1)).toContainText('重述：口径有变')
  await expect(rows.nth(2)).toContainText(/2\s*座/)
  await expect(rows.nth(2)).toContainText('首次公布')
})

/** In which nobody hands anything over any more: the number of March is due 45 days after its end. */
const late = inCity(async (city) => {
  await twoStations(city)
  await city.stop()
  await city.start(PACKS, LATER)
})

late('late data are grey with the days that they are late, at a desk and on a wall', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  for (const to of ['/boards/telecom.network', '/wall/telecom.network']) {
    await page.goto(to)
    await page.locator('.block').first().waitFor()
    const block = page.getByRole('region', { name: '新增5G基站', exact: true })
    await expect(block).toContainText('■ 迟报 17 天')
    await expect(block).toHaveClass(/block-stale/)
    await expect(block.locator('.block-body')).toHaveCSS('filter', 'grayscale(1)')
    await expectAccessible(page, `late data at ${to}`)
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`/figures/${FIGURE}`)
  await settled(page)
  await expect(page.getByRole('region', { name: '最新数值' })).toContainText('迟报 17 天')
})
