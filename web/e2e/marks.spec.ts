import { readFileSync } from 'node:fs'
import type { APIRequestContext, Page } from '@playwright/test'
import { BOARD, FIGURE, type Name, addressOf, names } from './city'
import { expect, expectAccessible, expectNoSideways, settled, speak, test } from './fixtures'

// Only looked at: any number may go side by side.
test.describe.configure({ mode: 'parallel' })

const source = readFileSync(new URL('../src/shell/routes.tsx', import.meta.url), 'utf8')
const routes = [...source.matchAll(/\{ (?:path: '([^']+)'|index: true), (?:lazy|loader):/g)].map(([, path]) => path ?? '')

/** Pages that say of nobody that they looked, and why. */
const UNMARKED: Record<string, string> = {
  login: 'nobody is known yet, and nothing of the city is shown',
  'login/done': 'a window that closes by itself, with one sentence',
  claim: 'nobody is known yet, and nothing of the city is shown',
  invitation: 'whoever is invited has no password yet, and sees nothing but their own link',
}

/** Pages that are looked at nowhere else; of a thing that is not there a page is marked too. */
const OTHERS: Record<string, string> = {
  'metrics/:id': `/metrics/${FIGURE}`,
  'forms/:id/reports/:batch': '/forms/industry.future_industry/reports/20200101-000000-000001',
  'accounts/:id': '/accounts/nobody',
  classification: '/classification',
  '*': '/nowhere',
}

const fits = (route: string, to: string) => new RegExp(`^/${route.replace(/:\w+/g, '[^/]+')}$`).test(to.split('?')[0] ?? '')

const nameOf = (route: string) => (Object.keys(names) as Name[]).find((name) => fits(route, names[name]))

async function placeOf(request: APIRequestContext, route: string): Promise<string> {
  const name = nameOf(route)
  return OTHERS[route] ?? (name ? addressOf(request, name) : '')
}

const words = (page: Page) => page.locator('.watermark').evaluate((element) => decodeURIComponent(element.style.backgroundImage))

async function yearOf(request: APIRequestContext): Promise<string> {
  const { now } = (await (await request.get('/api/v1/clock')).json()) as { now: string }
  return new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 4)
}

test('every route of pages is known here, and none that is gone', () => {
  expect(routes).toHaveLength(source.match(/\b(?:lazy|loader):/g)?.length ?? 0)
  const unknown = routes.filter((route) => !(route in UNMARKED) && !(route in OTHERS) && !nameOf(route))
  expect(unknown, 'routes whose address nobody has told').toEqual([])
  const gone = [...Object.keys(UNMARKED), ...Object.keys(OTHERS)].filter((route) => !routes.includes(route))
  expect(gone).toEqual([])
})

for (const route of routes.filter((one) => !(one in UNMARKED))) {
  test(`the page at /${route} says who looks at it and when`, async ({ page, request, watched }) => {
    watched.allow(/status of 404/)
    await page.goto(await placeOf(request, route))
    await settled(page)
    await expect(page.locator('.watermark')).toHaveCount(1)
    await expect.poll(() => words(page)).toContain(`本机管理员 ${await yearOf(request)}`)
  })
}

for (const [route, why] of Object.entries(UNMARKED).filter(([one]) => nameOf(one))) {
  test(`the page at /${route} says of nobody that they looked: ${why}`, async ({ page, request }) => {
    await page.goto(await placeOf(request, route))
    await settled(page)
    await expect(page.locator('.watermark')).toHaveCount(0)
  })
}

test('a preview of a delivery lies under the mark of whoever looks', async ({ page }) => {
  await page.goto('/deliver')
  await settled(page)
  // It covers the page wherever it is scrolled, and lets every click through.
  const style = await page.locator('.watermark').evaluate((element) => {
    const { position, pointerEvents, zIndex } = getComputedStyle(element)
    const { width, height } = element.getBoundingClientRect()
    return { position, pointerEvents, isAbove: Number(zIndex) > 1000, isWhole: width >= innerWidth - 20 && height >= innerHeight - 1 }
  })
  expect(style).toEqual({ position: 'fixed', pointerEvents: 'none', isAbove: true, isWhole: true })
})

for (const language of ['zh-CN', 'en'] as const) {
  test(`a wall says who is logged in at it, large enough for a room and faint enough for its numbers, in ${language}`, async ({ page, request }) => {
    await speak(page, language)
    await page.setViewportSize({ width: 1920, height: 1080 })
    await page.goto(`/wall/${BOARD}`)
    await page.locator('.block').first().waitFor()
    const name = language === 'en' ? 'Local administrator' : '本机管理员'
    await expect.poll(() => words(page)).toContain(`${name} ${await yearOf(request)}`)
    // Letters of 15 in a picture of 340: with this width they are at least as large as those of lamps.
    const width = await page.locator('.watermark').evaluate((element) => Number.parseFloat(getComputedStyle(element).backgroundSize))
    expect((width / 340) * 15).toBeGreaterThanOrEqual(18)
    await expectAccessible(page, `a marked wall in ${language}`)
    await expectNoSideways(page, `a marked wall in ${language}`)
  })
}
