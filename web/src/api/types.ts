import type { components } from './schema'

type Schemas = components['schemas']

export type Batch = Schemas['Batch']
export type BatchDetail = Schemas['BatchDetail']
export type DatasetLine = Schemas['DatasetLine']
export type DatasetList = Schemas['DatasetList']
export type DatasetDetail = Schemas['DatasetDetail']
export type Declared = Schemas['Column']
export type DimensionScore = Schemas['DimensionScore']
export type Finding = Schemas['Finding']
export type Notice = Schemas['Notice']
export type Pack = Schemas['Pack']
export type Problem = Schemas['Problem']
export type Profile = Schemas['Profile']
export type QuarantinedRow = Schemas['Row']
export type Reason = Schemas['Reason']
export type Refusal = Schemas['Refusal']
export type Released = Schemas['Released']
export type Returned = Schemas['Returned']
export type Source = Schemas['Source']
export type Version = Schemas['Version']

/** A value of an answer. */
export type Cell = string | number | boolean | null | object

/**
 * The answer to a question. The document has two schemas called `Column` and keeps the wrong one for this place, so it
 * is written out here.
 */
export interface Answer {
  columns: { name: string; type: string }[]
  rows: Cell[][]
  versions: Record<string, number>
  truncated: boolean
  /** The fields whose values go into columns and are not shown as they are. */
  hidden?: Schemas['AnswerHidden'][]
  problem?: Problem | null
}

/** How a file was read, and why so. All fields depend on the form of the file. */
export interface Report {
  format?: string
  encoding?: string
  encoding_reason?: string
  delimiter?: string
  line_end?: string
  sheet?: string
  other_sheets?: string[]
  header_row?: number
  skipped_rows_above?: number
  titles?: string[]
  new_columns?: string[]
  absent_columns?: string[]
  /** What no count and no finding shows, such as numbers that are said to be in another unit. */
  notes?: string[]
  /** Of an unchanged delivery: the batch that brought the same bytes. */
  same_as?: string
  [more: string]: unknown
}
