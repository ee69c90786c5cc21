import { queryOptions } from '@tanstack/react-query'
import { fetched, got } from './call'
import type { components } from './schema'

type Schemas = components['schemas']

export type Paper = Schemas['PaperOfPlan']
export type PaperBlock = Schemas['BlockOfPaper']
export type PaperRun = Schemas['RunOfPaper']
export type PaperNote = Schemas['NoteOfPaper']

export const PAPERS = ['brief', 'pack', 'review'] as const
export type PaperKind = (typeof PAPERS)[number]

const of = (plan: string, kind: PaperKind) => `/plans/${encodeURIComponent(plan)}/papers/${kind}`

export const paper = (plan: string, kind: PaperKind, period: string) =>
  queryOptions({
    queryKey: ['plan', plan, 'paper', kind, period],
    queryFn: ({ signal }) => got<Paper>(of(plan, kind), { query: { period }, signal }),
  })

export interface PaperFile {
  blob: Blob
  /** Signs that none of the fonts of the server has. */
  missing: string[]
}

/** A paper as a file of Word, or as PDF. */
export async function takePaper(plan: string, kind: PaperKind, period: string, format: 'docx' | 'pdf'): Promise<PaperFile> {
  const response = await fetched(`${of(plan, kind)}?${new URLSearchParams({ period, format }).toString()}`)
  const codes = response.headers.get('yandu-missing-signs')?.split(' ') ?? []
  return { blob: await response.blob(), missing: codes.map((code) => String.fromCodePoint(Number.parseInt(code.slice(2), 16))) }
}
