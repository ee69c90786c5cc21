import { queryOptions } from '@tanstack/react-query'
import { call, got } from './call'
import { fromAnswer, unreachable } from './errors'
import type { components } from './schema'

type Schemas = components['schemas']

export type FormList = Schemas['FormList']
export type FormSummary = Schemas['FormSummary']
export type DueReport = Schemas['DueReport']
export type Form = Schemas['Form']
export type FormReport = Schemas['FormReport']
export type FilledForm = Schemas['FilledForm']
export type EvidenceFile = Schemas['EvidenceFile']
export type SubmitReport = Schemas['SubmitReport']

const of = (id: string) => `/forms/${encodeURIComponent(id)}`

export const forms = queryOptions({
  queryKey: ['forms'],
  queryFn: ({ signal }) => got<FormList>('/forms', { signal }),
})

export const form = (id: string) =>
  queryOptions({ queryKey: ['forms', id], queryFn: ({ signal }) => got<Form>(of(id), { signal }) })

export const standing = (id: string) =>
  queryOptions({ queryKey: ['forms', id, 'standing'], queryFn: ({ signal }) => got<Schemas['FormStand']>(`${of(id)}/standing`, { signal }) })

export const reports = (id: string) =>
  queryOptions({
    queryKey: ['forms', id, 'reports'],
    queryFn: ({ signal }) => got<Schemas['ReportPage']>(`${of(id)}/reports`, { query: { limit: 100 }, signal }),
    select: (page) => page.reports,
  })

export const report = (id: string, batch: string) =>
  queryOptions({
    queryKey: ['forms', id, 'reports', batch],
    queryFn: ({ signal }) => got<FilledForm>(`${of(id)}/reports/${encodeURIComponent(batch)}`, { signal }),
  })

export async function submitReport(id: string, filled: SubmitReport): Promise<FormReport> {
  return (await call<FormReport>('POST', `${of(id)}/reports`, { body: filled })).data
}

export const evidenceAddress = (id: string, hash: string) => `/api/v1${of(id)}/evidence/${encodeURIComponent(hash)}`

/** Sends a file while telling how far it is; `fetch` cannot tell that. */
export function sendEvidence(id: string, file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<EvidenceFile> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1${of(id)}/evidence`)
    request.responseType = 'json'
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      if (request.status === 201) done(request.response as EvidenceFile)
      else failed(fromAnswer(request.status, request.response))
    }
    request.onerror = () => failed(unreachable('upload'))
    request.onabort = () => failed(new DOMException('cancelled', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    const data = new FormData()
    data.append('file', file, file.name)
    request.send(data)
  })
}
