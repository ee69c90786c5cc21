/** One event of a stream of the server (`text/event-stream`). */
export interface StreamEvent {
  event: string
  data: string
}

/** Reads the text of a stream bit by bit, wherever it was cut. Comments are no events, but bytes all the same. */
export class EventReader {
  #rest = ''

  read(text: string): StreamEvent[] {
    const blocks = (this.#rest + text).replaceAll('\r\n', '\n').split('\n\n')
    this.#rest = blocks.pop() ?? ''
    return blocks.flatMap((block) => parsed(block) ?? [])
  }
}

function parsed(block: string): StreamEvent | undefined {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const at = line.indexOf(':')
    if (at === 0) continue
    const name = at < 0 ? line : line.slice(0, at)
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '')
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
  }
  return data.length > 0 ? { event, data: data.join('\n') } : undefined
}

/** Follows a stream to its end; `heard` is called for every bit that comes, so that a silent line can be told from a dead one. */
export async function follow(path: string, signal: AbortSignal, heard: () => void, told: (event: StreamEvent) => void): Promise<void> {
  const response = await fetch(`/api/v1${path}`, { headers: { accept: 'text/event-stream' }, cache: 'no-store', signal })
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`)
  heard()
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  const events = new EventReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    heard()
    events.read(decoder.decode(value, { stream: true })).forEach(told)
  }
}
