// Waits until a city has settled: every dataset that a source delivers has come, nothing is being collected, and no
// model is running or stale. Asks, and says what it waits for; gives up after some minutes.
const address = process.argv[2] ?? process.env.YANDU ?? 'http://127.0.0.1:8640'
const until = Date.now() + 1000 * Number(process.env.READY_SECONDS ?? 300)
const get = async (path) => {
  const answer = await fetch(`${address}/api/v1${path}`)
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`)
  return answer.json()
}

async function missing() {
  const [{ sources }, { datasets }, { batches }, { models }] = await Promise.all([
    get('/sources'), get('/datasets'), get('/batches?limit=100'), get('/models'),
  ])
  const awaited = new Set(sources.filter(({ channel, every }) => every && channel !== 'sql').map(({ dataset }) => dataset))
  // The ledger states itself once it is quiet.
  awaited.add('ledger.entry')
  const absent = datasets.filter(({ id, last_batch }) => awaited.has(id) && !last_batch).map(({ id }) => id)
  const busy = batches.filter(({ status }) => status === 'running' || status === 'committing').map(({ id }) => id)
  const unsettled = models.filter(({ state }) => state === 'running' || state === 'stale' || state === 'never').map(({ id }) => id)
  return { absent, busy, unsettled }
}

let calm = 0
for (;;) {
  let why
  try {
    const found = await missing()
    why = JSON.stringify(found)
    calm = Object.values(found).every((list) => list.length === 0) ? calm + 1 : 0
  } catch (error) {
    why = String(error)
    calm = 0
  }
  // Twice, so that what follows from the last delivery has begun.
  if (calm >= 2) break
  if (Date.now() > until) {
    console.error(`the city did not settle: ${why}`)
    process.exit(1)
  }
  await new Promise((done) => setTimeout(done, 500))
}
