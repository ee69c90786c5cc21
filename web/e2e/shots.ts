import { type Page, test } from '@playwright/test'
import { BOARD, FIGURE, type Name, RESIDENTS, addressOf, names, residentBatch } from './city'
import { atRest, settled, speak } from './fixtures'

/** Writes a picture of every page at desk and phone width into shots/, and the open overlays that matter. */
const widths = [
  { name: 'desk', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
]
const english: Name[] = ['home', 'figure', 'board', 'catalogue', 'dataset-overview', 'dataset-quality', 'lineage-impact', 'models', 'deliver', 'rollup', 'packs', 'query']

for (const { name: size, width, height } of widths) {
  test.describe(size, () => {
    test.use({ viewport: { width, height } })
    const shoot = (page: Page, of: string, fullPage = true) => page.screenshot({ path: `shots/${of}-${size}.png`, fullPage })
    for (const name of Object.keys(names) as Name[]) {
      test(name, async ({ page, request }) => {
        await page.goto(await addressOf(request, name))
        await settled(page)
        await shoot(page, name)
      })
    }
    for (const name of english) {
      test(`${name} in English`, async ({ page, request }) => {
        await speak(page, 'en')
        await page.goto(await addressOf(request, name))
        await settled(page)
        await shoot(page, `${name}-en`)
      })
    }
    test('a query, its cost and a fault', async ({ page }) => {
      const sql = (text: string) => `/query?sql=${encodeURIComponent(text)}`
      await page.goto(sql(`SELECT township, count(*) AS people, avg(income) AS income\nFROM ${RESIDENTS}\nWHERE sex = '1'\nGROUP BY township\nORDER BY people DESC`))
      await page.getByRole('button', { name: '运行', exact: true }).click()
      await page.getByRole('region', { name: '结果' }).first().waitFor()
      await shoot(page, 'query-result')
      await page.getByRole('button', { name: '估算与计划' }).click()
      await page.getByRole('region', { name: '执行计划' }).waitFor()
      await shoot(page, 'query-cost')
      await page.goto(sql(`SELECT township, cunt(*)\nFROM ${RESIDENTS}`))
      await page.getByRole('button', { name: '运行', exact: true }).click()
      await page.getByRole('alert').waitFor()
      await shoot(page, 'query-fault')
      await page.getByRole('button', { name: '存为加工任务' }).click()
      await page.getByRole('dialog').waitFor()
      await atRest(page)
      await shoot(page, 'query-save', false)
    })
    test('a preview, a row to correct, the search, an entry to fill in', async ({ page, request }) => {
      await page.goto('/deliver')
      await settled(page)
      const text = '身份证号,姓 名,性别,民族,出生年月,备注\n320902199001011234,张三,1,汉,1990-01-01,补录\n'
      await page.locator('input[type=file]').setInputFiles({ name: '常住人口登记_街道.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
      await page.getByRole('region', { name: /预览/ }).getByRole('table').first().waitFor()
      await settled(page)
      await shoot(page, 'deliver-preview')
      await page.goto(`/batches/${await residentBatch(request)}?tab=quarantine`)
      await settled(page)
      await page.getByRole('button', { name: /更正第/ }).first().click()
      await page.getByText('原始记录').waitFor()
      await atRest(page)
      await shoot(page, 'correct', false)
      await page.goto('/catalogue')
      await settled(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: '搜索' }).fill('czrk')
      await page.getByRole('option').filter({ hasText: `${RESIDENTS} · 市` }).first().waitFor()
      await shoot(page, 'finder', false)
      await page.goto(`/datasets/${RESIDENTS}`)
      await settled(page)
      await page.getByRole('button', { name: '补充编目' }).click()
      await page.getByRole('button', { name: '保存' }).waitFor()
      await atRest(page)
      await shoot(page, 'edit', false)
    })
    test('where a number comes from', async ({ page }) => {
      await page.goto(`/figures/${FIGURE}`)
      await settled(page)
      await page.locator('.figure-button').first().click()
      await page.getByRole('dialog').getByRole('list').first().waitFor()
      await settled(page)
      await shoot(page, 'trail', false)
    })
    test('large text', async ({ page }) => {
      await page.addInitScript(() => localStorage.setItem('yandu.large-text', 'yes'))
      await page.goto('/catalogue')
      await settled(page)
      await shoot(page, 'catalogue-large')
    })
  })
}

test.describe('walls', () => {
  for (const [width, height] of [[1920, 1080], [3840, 1080]] as const) {
    test(`${width}x${height}`, async ({ page }) => {
      await page.setViewportSize({ width, height })
      await page.goto(`/wall/${BOARD}`)
      await page.locator('.block').first().waitFor()
      await page.screenshot({ path: `shots/wall-${width}.png` })
    })
  }
})
