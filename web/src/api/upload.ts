import { fromAnswer, unreachable } from './errors'
import type { Report } from './types'

export interface Delivery {
  file: File
  dataset: string
  mode?: string
  encoding?: string
  delimiter?: string
  sheet?: string
  header_row?: string
  /** Header → column, over what the dataset declares; null for a header that is no column's. */
  headers?: Record<string, string | null>
}

export interface Preview {
  report: Report
  headers: { header: string; column?: string | null; given: boolean }[]
  absent: { column: string; required: boolean }[]
  refusal?: { code: string; message: string; help?: string | null } | null
  rows: { row: number; cells: (string | null)[]; fault?: string | null }[]
  candidates: { dataset: string; title: string; matched: number; missing: number }[]
}

/** So much of a file is enough to see how it will be read. */
const PART = 256 * 1024
/** Files whose end says where their parts are cannot be cut. */
const WHOLE = /\.(xlsx|xls|xlsb|ods|zip|gz)$/i

/** How the program would read a file; nothing is kept. */
export async function preview(delivery: Delivery, signal: AbortSignal): Promise<Preview> {
  const { file } = delivery
  const isPart = file.size > PART && !WHOLE.test(file.name)
  const data = form({ ...delivery, file: isPart ? new File([file.slice(0, PART)], file.name) : file }, isPart)
  let response
  try {
    response = await fetch('/api/v1/deliveries/preview', { method: 'POST', body: data, signal })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable(cause)
  }
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw fromAnswer(response.status, body)
  return body as Preview
}

/** Sends a file while telling how far it is; `fetch` cannot tell that. */
export function upload(delivery: Delivery, onProgress: (share: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v1/batches')
    request.responseType = 'json'
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      if (request.status === 202) done((request.response as { batch: string }).batch)
      else failed(fromAnswer(request.status, request.response))
    }
    request.onerror = () => failed(unreachable('upload'))
    request.onabort = () => failed(new DOMException('cancelled', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(form(delivery))
  })
}

/** The file goes last: the program reads the fields in order and must know what the file is for. */
function form({ file, headers, ...fields }: Delivery, isPart = false): FormData {
  const data = new FormData()
  if (isPart) data.append('is_part', 'true')
  if (headers && Object.keys(headers).length > 0) data.append('headers', JSON.stringify(headers))
  for (const [name, text] of Object.entries(fields)) if (text) data.append(name, text)
  data.append('file', file, file.name)
  return data
}
