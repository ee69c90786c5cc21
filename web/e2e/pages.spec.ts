import { type Name, addressOf, names } from './city'
import { type Language, expectCalm, expectNoSideways, settled, speak, test } from './fixtures'

// Only looked at: any number may go side by side.
test.describe.configure({ mode: 'parallel' })

for (const language of ['zh-CN', 'en'] satisfies Language[]) {
  for (const name of Object.keys(names) as Name[]) {
    test(`${name} in ${language}`, async ({ page, request, watched }) => {
      // The browser itself reports the answer 404 of a dataset that is not there.
      if (name === 'problem-dataset') watched.allow(/status of 404/)
      await speak(page, language)
      for (const width of [390, 1920, 1280]) {
        await page.setViewportSize({ width, height: 900 })
        if (width === 390) await page.goto(await addressOf(request, name))
        await settled(page)
        await (width === 1920 ? expectNoSideways : expectCalm)(page, `${name} at ${width}`)
      }
    })
  }
}
