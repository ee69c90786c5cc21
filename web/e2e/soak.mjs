// Watches a wall for a while: `MINUTES=60 CYCLE=10 node e2e/soak.mjs http://127.0.0.1:8640 plan.city`. Prints, as JSON, how
// the heap, the nodes and the listeners grew after the first minute and how often the page stood still, and fails when the
// heap grew by more than it may. Two minutes are enough to see a leak a drawing; an hour is the proof.
import { chromium } from '@playwright/test'

const [address = 'http://127.0.0.1:8640', board = ''] = process.argv.slice(2)
const minutes = Number(process.env.MINUTES ?? 2)
const cycle = Number(process.env.CYCLE ?? 10)
const GROWTH_BYTES = 8 * 1024 * 1024
const MINUTE = 60_000
const STEP = Math.min(MINUTE, (minutes * MINUTE) / 6)

const id = board || (await (await fetch(`${address}/api/v1/boards`)).json()).boards[0]?.id
if (!id) throw new Error('there is no board to watch')
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
const faults = []
page.on('pageerror', (error) => faults.push(error.message))
await page.addInitScript(() => {
  window.stalls = []
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => window.stalls.push(duration))).observe({ type: 'longtask' })
})
const session = await page.context().newCDPSession(page)
await session.send('Performance.enable')
await session.send('HeapProfiler.enable')
await page.goto(`${address}/wall/${id}?cycle=${cycle}`)
await page.locator('.block').first().waitFor()

/** What is alive, once everything that is not has been taken away. */
async function measure() {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const value = (name) => metrics.find((one) => one.name === name)?.value ?? 0
  return { heap: value('JSHeapUsedSize'), nodes: value('Nodes'), listeners: value('JSEventListeners') }
}

// What is fetched and compiled once comes in the beginning.
await page.waitForTimeout(STEP)
const first = await measure()
const seen = [first]
const end = Date.now() + minutes * MINUTE - STEP
while (Date.now() < end) {
  await page.waitForTimeout(STEP)
  seen.push(await measure())
}
const last = seen.at(-1) ?? first
const stalls = await page.evaluate(() => window.stalls)
const told = {
  board: id, minutes, cycle, blocks: await page.locator('.block').count(),
  heap_first_bytes: first.heap, heap_last_bytes: last.heap, heap_most_bytes: Math.max(...seen.map(({ heap }) => heap)),
  nodes_first: first.nodes, nodes_last: last.nodes, listeners_first: first.listeners, listeners_last: last.listeners,
  stalls: stalls.length, longest_stall_ms: Math.round(Math.max(0, ...stalls)), faults,
}
console.log(JSON.stringify(told))
await browser.close()
if (last.heap - first.heap > GROWTH_BYTES || faults.length > 0) process.exitCode = 1
