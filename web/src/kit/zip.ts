/** A ZIP file whose parts are stored as they are: enough for a workbook, and read by everything. */
export function zip(parts: [name: string, text: string][]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const files = parts.map(([name, text]) => ({ name: encoder.encode(name), bytes: encoder.encode(text) }))
  const chunks: Uint8Array[] = []
  const index: Uint8Array[] = []
  let at = 0
  for (const { name, bytes } of files) {
    const about = header(name, bytes)
    const head = joined([numbers([0x04034b50, 4], [20, 2]), about, name])
    index.push(joined([numbers([0x02014b50, 4], [20, 2], [20, 2]), about, numbers([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), name]))
    chunks.push(head, bytes)
    at += head.length + bytes.length
  }
  const list = joined(index)
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [list.length, 4], [at, 4], [0, 2])
  return joined([...chunks, list, end])
}

/** UTF-8 names, stored, at the first moment that the format knows. */
function header(name: Uint8Array, bytes: Uint8Array): Uint8Array {
  const size = bytes.length
  return numbers([0x0800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(bytes), 4], [size, 4], [size, 4], [name.length, 2], [0, 2])
}

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0)
  return (sum ^ 0xffffffff) >>> 0
}

function numbers(...fields: [value: number, width: number][]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((all, [, width]) => all + width, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += width
  }
  return bytes
}

function joined(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
