// Watches a wall for a while: `MINUTES=60 CYCLE=10 node e2e/soak.mjs http://127.0.0.1:8640 telecom.network`. Prints, as JSON,
// how the heap, the nodes and the listeners grew after the first minute and how often the page stood still, and fails when the
// heap grew by more than it may: by a straight line through the second half, in percent of the heap after the first minute. Two
// minutes are enough to see a leak a drawing; an hour is the proof, and `BENCH_ONLY=soak make bench` takes it.
import { chromium } from '@playwright/test'

const [address = 'http://127.0.0.1:8640', board = ''] = process.argv.slice(2)
const minutes = Number(process.env.MINUTES ?? 2)
const cycle = Number(process.env.CYCLE ?? 10)
const GROWTH_PERCENT = Number(process.env.GROWTH_PERCENT ?? 5)
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
// At the hour of the night at which a wall loads itself anew its heap would begin anew too.
await page.goto(`${address}/wall/${id}?cycle=${cycle}&reload=never`)
await page.locator('.block').first().waitFor()

/** What is alive, once everything that is not has been taken away. */
async function measure() {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const value = (name) => metrics.find((one) => one.name === name)?.value ?? 0
  return { at: Date.now(), heap: value('JSHeapUsedSize'), nodes: value('Nodes'), listeners: value('JSEventListeners') }
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

/** By how much a straight line through what was measured rises from its first to its last time. */
function risen(points) {
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length
  const [time, heap] = [mean(points.map(({ at }) => at)), mean(points.map((one) => one.heap))]
  const spread = points.reduce((sum, { at }) => sum + (at - time) ** 2, 0)
  const slope = spread === 0 ? 0 : points.reduce((sum, one) => sum + (one.at - time) * (one.heap - heap), 0) / spread
  return slope * (points.at(-1).at - points[0].at)
}

const growth = (100 * risen(seen.slice(Math.floor(seen.length / 2)))) / first.heap
const stalls = await page.evaluate(() => window.stalls)
const told = {
  board: id, minutes, cycle, blocks: await page.locator('.block').count(),
  growth_percent: Math.round(growth * 100) / 100, heap_first_bytes: first.heap, heap_last_bytes: last.heap, heap_most_bytes: Math.max(...seen.map(({ heap }) => heap)),
  nodes_first: first.nodes, nodes_last: last.nodes, listeners_first: first.listeners, listeners_last: last.listeners,
  stalls: stalls.length, longest_stall_ms: Math.round(Math.max(0, ...stalls)), faults,
}
console.log(JSON.stringify(told))
await browser.close()
if (growth > GROWTH_PERCENT || faults.length > 0) process.exitCode = 1
