import { test } from '@playwright/test'
import { type Name, addressOf } from './city'
import { settled, speak } from './fixtures'

/** Writes the pictures of the README into docs/images: some pages, as high as a window. */
const desk: [Name, 'zh-CN' | 'en', number][] = [
  ['catalogue', 'zh-CN', 760],
  ['dataset-quality', 'zh-CN', 820],
  ['lineage-impact', 'zh-CN', 760],
  ['page-dashboard', 'zh-CN', 860],
  ['catalogue', 'en', 760],
  ['lineage-impact', 'en', 760],
]

for (const [name, language, height] of desk) {
  test(`${name} in ${language}`, async ({ page, request }) => {
    await page.setViewportSize({ width: 1280, height })
    await speak(page, language)
    await page.goto(await addressOf(request, name))
    await settled(page)
    await page.screenshot({ path: `../docs/images/${name}${language === 'en' ? '-en' : ''}.png` })
  })
}
