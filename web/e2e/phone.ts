import type { Browser, Page } from '@playwright/test'
import { expectCalm } from './fixtures'
import type { City } from './own-city'

/** A folder for pictures of what the tests see, where somebody wants to look. */
const PICTURES = process.env.PICTURES

/** The page as somebody with scripts off sees it, at telephone and desk width; axe, which is a script, looks at it in a second context. */
export async function expectGoodWithoutScripts(browser: Browser, page: Page, what: string): Promise<void> {
  const state = await page.context().storageState()
  const scripted = await browser.newContext({ baseURL: new URL(page.url()).origin, storageState: state, bypassCSP: true })
  const other = await scripted.newPage()
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    if (PICTURES) await page.screenshot({ fullPage: true, path: `${PICTURES}/${what}-${width}.png` })
    await other.setViewportSize({ width, height: 900 })
    await other.goto(page.url())
    await expectCalm(other, `${what} at ${width}`)
  }
  await scripted.close()
}

/** A telephone with scripts off. */
export async function phone(browser: Browser, city: Pick<City, 'address'>, language = 'zh-CN'): Promise<Page> {
  const context = await browser.newContext({
    baseURL: city.address,
    javaScriptEnabled: false,
    locale: language,
    viewport: { width: 390, height: 844 },
    acceptDownloads: true,
  })
  return context.newPage()
}
