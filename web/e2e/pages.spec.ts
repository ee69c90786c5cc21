import { places } from './city'
import { type Language, expectAccessible, expectNoSideways, settled, speak, test } from './fixtures'

const names = [
  'home', 'catalogue', 'catalogue-none', 'dataset-overview', 'dataset-fields', 'dataset-sample', 'dataset-quality',
  'dataset-batches', 'dataset-versions', 'dataset-references', 'deliver', 'deliver-result', 'batches', 'batch-findings',
  'batch-quarantine', 'batch-profile', 'batch-reading', 'query', 'packs', 'problem', 'problem-dataset', 'not-found',
]

for (const language of ['zh-CN', 'en'] satisfies Language[]) {
  for (const name of names) {
    test(`${name} in ${language}`, async ({ page, request, watched }) => {
      // The browser itself reports the answer 404 of a dataset that is not there.
      if (name === 'problem-dataset') watched.allow(/status of 404/)
      const place = (await places(request)).find((one) => one.name === name)
      if (!place) throw new Error(`no page called ${name}`)
      await speak(page, language)
      for (const width of [390, 1920, 1280]) {
        await page.setViewportSize({ width, height: 900 })
        if (width === 390) await page.goto(place.to)
        await settled(page)
        await expectNoSideways(page, `${name} at ${width}`)
        if (width !== 1920) await expectAccessible(page, `${name} at ${width}`)
      }
    })
  }
}
