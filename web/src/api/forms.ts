import { queryOptions } from '@tanstack/react-query'
import { call, got } from './call'
import type { components } from './schema'
import { sentWithProgress } from './upload'

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

/** Sends a file of a report, told how far it is. */
export function sendEvidence(id: string, file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<EvidenceFile> {
  const data = new FormData()
  data.append('file', file, file.name)
  return sentWithProgress(`${of(id)}/evidence`, data, onProgress, signal)
}
