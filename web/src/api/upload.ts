import { fetched } from './call'
import { fromAnswer, problemOf, unreachable } from './errors'
import { LOGIN_NEEDED, regained } from './regain'
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
  const response = await fetched('/deliveries/preview', { method: 'POST', body: data, signal })
  return (await response.json()) as Preview
}

/** Sends a delivery, and gives the id of its batch. */
export async function upload(delivery: Delivery, onProgress: (share: number) => void, signal: AbortSignal): Promise<string> {
  return (await sentWithProgress<{ batch: string }>('/batches', form(delivery), onProgress, signal)).batch
}

/** Sends a file while telling how far it is; `fetch` cannot tell that. */
export async function sentWithProgress<T>(path: string, data: FormData, onProgress: (share: number) => void, signal: AbortSignal): Promise<T> {
  try {
    return await sentOnce<T>(path, data, onProgress, signal)
  } catch (error) {
    if (problemOf(error).code !== LOGIN_NEEDED || !(await regained())) throw error
    return sentOnce<T>(path, data, onProgress, signal)
  }
}

function sentOnce<T>(path: string, data: FormData, onProgress: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1${path}`)
    request.responseType = 'json'
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) done(request.response as T)
      else failed(fromAnswer(request.status, request.response))
    }
    request.onerror = () => failed(unreachable('upload'))
    request.onabort = () => failed(new DOMException('cancelled', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(data)
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
