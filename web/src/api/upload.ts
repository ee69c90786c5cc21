import { fromAnswer, unreachable } from './errors'

export interface Delivery {
  file: File
  dataset: string
  mode?: string
  encoding?: string
  delimiter?: string
  sheet?: string
  header_row?: string
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
function form({ file, ...fields }: Delivery): FormData {
  const data = new FormData()
  for (const [name, text] of Object.entries(fields)) if (text) data.append(name, text)
  data.append('file', file, file.name)
  return data
}
