import { test } from '@playwright/test'
import { places, residentBatch } from './city'
import { settled } from './fixtures'

/** Writes a picture of every page at desk and phone width into shots/. */
const widths = [
  { name: 'desk', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
]

for (const { name, width, height } of widths) {
  test(`${name}`, async ({ page, request }) => {
    test.setTimeout(240_000)
    await page.setViewportSize({ width, height })
    const shoot = (of: string) => page.screenshot({ path: `shots/${of}-${name}.png`, fullPage: true })
    for (const place of await places(request)) {
      await page.goto(place.to)
      await settled(page)
      await shoot(place.name)
    }
    await page.goto('/query?sql=' + encodeURIComponent("SELECT township, count(*) AS people, avg(income) AS income\nFROM population.resident\nWHERE sex = '1'\nGROUP BY township\nORDER BY people DESC"))
    await page.getByRole('button', { name: '运行', exact: true }).click()
    await page.getByRole('region', { name: '结果' }).first().waitFor()
    await shoot('query-result')
    await page.goto('/query?sql=' + encodeURIComponent('SELECT township, cunt(*)\nFROM population.resident'))
    await page.getByRole('button', { name: '运行', exact: true }).click()
    await page.getByRole('alert').waitFor()
    await shoot('query-fault')
    await page.goto(`/batches/${await residentBatch(request)}?tab=quarantine`)
    await settled(page)
    await page.screenshot({ path: `shots/quarantine-top-${name}.png` })
    await page.getByRole('button', { name: /更正第/ }).first().click()
    await page.getByText('原始记录').waitFor()
    await page.waitForTimeout(400)
    await page.screenshot({ path: `shots/correct-${name}.png` })
    await page.goto('/catalogue')
    await settled(page)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: '搜索' }).fill('czrk')
    await page.waitForTimeout(400)
    await page.screenshot({ path: `shots/finder-${name}.png` })
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Switch to English' }).click()
    for (const of of ['catalogue', 'home', 'batch-quarantine', 'deliver', 'dataset-overview'] as const) {
      const place = (await places(request)).find((one) => one.name === of)
      await page.goto(place?.to ?? '/')
      await settled(page)
      await shoot(`${of}-en`)
    }
    await page.getByRole('button', { name: 'Large text' }).click()
    await page.goto('/catalogue')
    await settled(page)
    await shoot('catalogue-large')
  })
}
