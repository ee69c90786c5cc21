// How long until the shell is painted and the main pages can be used, against a running program. Prints JSON:
//   node e2e/timing.mjs [ADDRESS] [DATASET]
// `first_paint_ms`: first contentful paint of the shell with an empty cache. `<page>_ms`: from a click on a link inside the
// application until the page shows its data and takes keys, median of the rounds. `<page>_cold_ms`: the same from an address
// typed in, with a filled cache.
import { chromium } from '@playwright/test'

const address = process.argv[2] ?? process.env.YANDU ?? 'http://127.0.0.1:8640'
const dataset = process.argv[3] ?? 'population.resident'
const ROUNDS = Number(process.env.ROUNDS ?? 7)

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const middle = (list) => Math.round([...list].sort((a, b) => a - b)[Math.floor(list.length / 2)])
const places = {
  catalogue: { link: '/catalogue', to: '/catalogue', ready: 'main table tbody tr a' },
  dataset: { link: `/datasets/${dataset}`, to: `/datasets/${dataset}`, ready: 'main [role=tab][aria-selected=true]' },
}

async function firstPaint() {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(address)
  await page.locator('main h1').waitFor()
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
  await context.close()
  return paint
}

/** Until the thing is there and two frames have been drawn, measured in the page itself. */
async function arrive(page, go, ready) {
  return page.evaluate(
    ([go, ready]) =>
      new Promise((done) => {
        const from = performance.now()
        if (go.startsWith('#')) history.pushState({}, '', go.slice(1))
        if (go.startsWith('#')) window.dispatchEvent(new PopStateEvent('popstate'))
        const look = () => {
          if (document.querySelector(ready)) requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)))
          else setTimeout(look, 4)
        }
        look()
      }),
    [go, ready],
  )
}

const result = { first_paint_ms: middle(await Promise.all([firstPaint()]).then(async ([one]) => [one, await firstPaint(), await firstPaint()])) }
for (const [name, { to, ready }] of Object.entries(places)) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(address + to)
  await page.locator(ready).first().waitFor()
  const warm = []
  const cold = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.goto(`${address}/problems/query`)
    await page.locator('main h1').waitFor()
    await page.waitForLoadState('networkidle')
    warm.push(await arrive(page, `#${to}`, ready))
    const from = Date.now()
    await page.goto(address + to, { waitUntil: 'commit' })
    await page.locator(ready).first().waitFor()
    cold.push(Date.now() - from)
  }
  result[`${name}_ms`] = middle(warm)
  result[`${name}_cold_ms`] = middle(cold)
  await context.close()
}
await browser.close()
console.log(JSON.stringify(result))
