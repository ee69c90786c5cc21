import AxeBuilder from '@axe-core/playwright'
import { type Page, expect, test as base } from '@playwright/test'

interface Watched {
  /** Faults that the test provokes on purpose. */
  allow: (pattern: RegExp) => void
}

/** Every page is watched for what must never happen: errors, breaches of the policy, requests to another host. */
export const test = base.extend<{ watched: Watched }>({
  watched: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = []
      const allowed: RegExp[] = []
      const host = new URL(baseURL ?? '').host
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`)
      })
      page.on('pageerror', (error) => faults.push(`page: ${error.message}`))
      page.on('request', (request) => {
        const { protocol, host: to } = new URL(request.url())
        if (!['data:', 'blob:'].includes(protocol) && to !== host) faults.push(`request to ${request.url()}`)
      })
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`)
        })
      })
      await use({ allow: (pattern) => allowed.push(pattern) })
      expect(faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault)))).toEqual([])
    },
    { auto: true },
  ],
})

export { expect } from '@playwright/test'

/** The answer to a question has come, and nothing on the page is still loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1, main [role=alert]').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
  // The line of a board is never idle: changes come over it.
  if (/\/boards\/./.test(page.url())) await page.locator('.block, [role=alert]').first().waitFor()
  else await page.waitForLoadState('networkidle')
}

/** What is shown of the question before is dimmed until the new answer has come; charts and tables follow a new width late. */
export async function atRest(page: Page): Promise<void> {
  await page.waitForFunction(
    () => !document.querySelector('.is-old') && !document.getAnimations().some((one) => one instanceof CSSTransition),
  )
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let [before, same, left] = ['', 0, 300]
        const look = () => {
          const now = document.body.outerHTML
          same = now === before ? same + 1 : 0
          before = now
          left -= 1
          if (same >= 8 || left <= 0) resolve()
          else requestAnimationFrame(look)
        }
        look()
      }),
  )
}

async function accessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    // What is in order is not told, and no page has frames whose results would be put together in a page of their own.
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    // Decoration, faint on purpose; what it says stands beside it as text.
    .exclude('.watermark')
    .analyze()
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any.map((one) => one.message).join()}`).join(' | ')}`)
  expect(told, `axe on ${what}`).toEqual([])
}

export async function expectAccessible(page: Page, what: string): Promise<void> {
  await atRest(page)
  await accessible(page, what)
}

export async function expectNoSideways(page: Page, what: string): Promise<void> {
  await atRest(page)
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .slice(0, 5)
      .map((element) => `${element.tagName}.${element.className}`)
  })
  expect(over, `sideways scrolling on ${what}`).toEqual([])
}

/** Fits its width and is accessible, once it is at rest. */
export async function expectCalm(page: Page, what: string): Promise<void> {
  await expectNoSideways(page, what)
  await accessible(page, what)
}

/** A page at desk and telephone width. */
export async function expectGood(page: Page, what: string): Promise<void> {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 })
    await settled(page)
    await expectCalm(page, `${what} at ${width}`)
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

export type Language = 'zh-CN' | 'en'

export async function speak(page: Page, language: Language): Promise<void> {
  await page.addInitScript((wanted) => localStorage.setItem('yandu.language', wanted), language)
}

/** Goes on with the Tab key until the thing has the focus, as somebody without a mouse does. */
export async function reach(page: Page, wanted: import('@playwright/test').Locator, most = 120): Promise<void> {
  for (let step = 0; step < most; step += 1) {
    const isThere = await wanted.evaluate((element) => element === document.activeElement).catch(() => false)
    if (isThere) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${String(wanted)}`)
}

/** Writes over the whole text of the SQL editor, by keyboard. */
export async function writeOver(page: Page, sql: string): Promise<void> {
  await page.getByRole('textbox', { name: 'SQL 编辑器' }).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(sql)
  await page.keyboard.press('Escape')
}
