import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { type Told, call, fetched, got } from './call'
import type { components } from './schema'

type Schemas = components['schemas']

export type PlanInList = Schemas['PlanInList']
export type Plan = Schemas['Plan']
export type PlanProgress = Schemas['ProgressOfPlan']
export type PlanPoint = Schemas['PointOfPlan']
export type PlanSentence = Schemas['SentenceOfPlan']
export type PlanSentences = Schemas['SentencesOfPlan']
export type PlanFigure = Schemas['FigureOfPlan']
export type FigureFields = Schemas['FigureFields']
export type PlanOffer = Schemas['OfferOfPlan']
export type PlanFinding = Schemas['FindingOfPlan']
export type PlanDecision = Schemas['DecisionOfPlan']
export type PlanReview = Schemas['ReviewOfPlan']
export type SentenceReview = Schemas['ReviewOfSentence']
export type PlanTarget = Schemas['TargetInPlan']
export type PlanTold = Schemas['ToldOfPlan']
export type PlanForecast = Schemas['ForecastOfTarget']
export type PlanMonth = Schemas['MonthOfPlan']
export type PlanTask = Schemas['TaskOfPlan']
export type PlanNode = Schemas['NodeOfPlan']
export type PlanEdit = Schemas['EditOfPlan']
/** A change that is asked for: while it waits, with what its fields say now, and with all that it would make otherwise. */
export type AskedChange = Pick<PlanChange, 'number'> & { edits: (PlanEdit & { before?: Record<string, unknown> })[]; effects?: PlanItemChange[] }
export type PlanEvidence = Schemas['EvidenceOfPlan']
export type LateList = Schemas['LateOfPlan']
export type LateItem = Schemas['LateItem']
export type PlanChange = Schemas['ChangeOfPlan']
export type PlanRevision = Schemas['RevisionOfPlan']
export type PlanBinding = Schemas['BindingOfPlan']
export type BindTarget = Schemas['BindTarget']
export type PlanBaseline = Schemas['BaselineOfPlan']
export type PlanItemChange = Schemas['ItemChangeOfPlan']
export type CountyOfTask = Schemas['CountyOfTask']

const of = (id: string) => `/plans/${encodeURIComponent(id)}`

export const plans = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }) => got<Schemas['PlanList']>('/plans', { signal }),
  select: (list) => list.plans,
})

/** A plan with the revision that changes of it are based on. */
export const plan = (id: string) =>
  queryOptions({
    queryKey: ['plan', id],
    queryFn: ({ signal }) => call<Plan>('GET', of(id), { signal }),
  })

export const planSentences = (id: string) =>
  queryOptions({
    queryKey: ['plan', id, 'sentences'],
    queryFn: ({ signal }) => got<PlanSentences>(`${of(id)}/sentences`, { signal }),
  })

/** The tasks with their nodes, and the revision that edits of them are based on. */
export const planTasks = (id: string) =>
  queryOptions({
    queryKey: ['plan', id, 'tasks'],
    queryFn: ({ signal }) => call<Schemas['TasksOfPlan']>('GET', `${of(id)}/tasks`, { signal }),
  })

export const planLate = (id: string) =>
  queryOptions({
    queryKey: ['plan', id, 'late'],
    queryFn: ({ signal }) => got<LateList>(`${of(id)}/late`, { signal }),
  })

/** What the metrics foresee for the targets that are still open. */
export const planForecasts = (id: string) =>
  queryOptions({
    queryKey: ['plan', id, 'forecasts'],
    queryFn: ({ signal }) => got<Schemas['ForecastsOfPlan']>(`${of(id)}/forecasts`, { signal }),
    select: (list) => new Map(list.targets.map((one) => [one.target, one])),
  })

/** The changes that were asked for, and the revision that decisions about them are based on; the newest first. */
export const planChanges = (id: string) =>
  queryOptions({
    queryKey: ['plan', id, 'changes'],
    queryFn: ({ signal }) => call<Schemas['ChangeList']>('GET', `${of(id)}/changes`, { signal }),
  })

/** What was handed in for targets and nodes, and the revision that decisions about it are based on; the newest first. */
export const planEvidence = (id: string) =>
  queryOptions({
    queryKey: ['plan', id, 'evidence'],
    queryFn: ({ signal }) => call<Schemas['EvidenceList']>('GET', `${of(id)}/evidence`, { signal }),
  })

export const planBaselines = (id: string) =>
  queryOptions({
    queryKey: ['plan', id, 'baselines'],
    queryFn: ({ signal }) => got<Schemas['BaselineList']>(`${of(id)}/baselines`, { signal }),
    select: (list) => list.baselines,
  })

/** How a baseline differs from another, or from the plan as it is now. */
export const planDifference = (id: string, from: number, to: number | undefined) =>
  queryOptions({
    queryKey: ['plan', id, 'difference', from, to],
    queryFn: ({ signal }) => got<Schemas['DifferenceOfPlan']>(`${of(id)}/difference`, { query: { from, to }, signal }),
    select: (difference) => difference.changes,
  })

/** Gives counties copies of a task. */
export const splitTask = (id: string, task: string, counties: CountyOfTask[], match: string | undefined): Promise<Told<Schemas['TasksOfPlan']>> =>
  call('POST', `${of(id)}/tasks/${encodeURIComponent(task)}/counties`, { body: { counties }, match })

export const bindTarget = (id: string, target: number, binding: BindTarget, match: string | undefined): Promise<Told<Plan>> =>
  call<Plan>('PUT', `${of(id)}/targets/${target}/binding`, { body: binding, match })

/** Binds the targets that nobody has bound as the file of the city proposes now. */
export const proposeBindings = (id: string, match: string | undefined): Promise<Told<Plan>> =>
  call<Plan>('POST', `${of(id)}/bindings/proposal`, { body: {}, match })

export const proposeTasks = (id: string, match: string | undefined) => call('POST', `${of(id)}/tasks/proposal`, { body: {}, match })

export const editPlan = (id: string, edits: PlanEdit[], reason: string, match: string | undefined): Promise<Told<Plan>> =>
  call<Plan>('POST', `${of(id)}/edits`, { body: { edits, ...(reason && { reason }) }, match })

export const stepNode = (id: string, node: string, step: Schemas['StepOfNode'], match: string | undefined): Promise<Told<Plan>> =>
  call<Plan>('POST', `${of(id)}/nodes/${encodeURIComponent(node)}/steps`, { body: step, match })

export const askChange = (id: string, edits: PlanEdit[], reason: string): Promise<unknown> =>
  call('POST', `${of(id)}/changes`, { body: { edits, reason } })

export const decideChange = (id: string, number: number, accept: boolean, reason: string, match: string | undefined): Promise<unknown> =>
  call('POST', `${of(id)}/changes/${number}/decision`, { body: { accept, reason }, match })

export const planHistory = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['plan', id, 'history'],
    queryFn: ({ pageParam, signal }) =>
      got<Schemas['HistoryOfPlan']>(`${of(id)}/history`, { query: { limit: 30, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

export const reviewPlan = (id: string, review: PlanReview, match: string | undefined): Promise<Told<Plan>> =>
  call<Plan>('POST', `${of(id)}/review`, { body: review, match })

export const approvePlan = (id: string, reason: string, match: string | undefined): Promise<Told<Plan>> =>
  call<Plan>('POST', `${of(id)}/approval`, { body: { reason }, match })

/** Keeps documents by their content, by which they are named; the same one again is the same. */
export async function keepDocuments(id: string, files: File[]): Promise<string[]> {
  const hashes: string[] = []
  for (const file of files) {
    const form = new FormData()
    form.append('file', file, file.name)
    hashes.push((await sent<Schemas['DocumentOfPlan']>(`${of(id)}/documents`, form)).hash)
  }
  return hashes
}

export interface NewEvidence {
  about: string
  on: string
  value?: number | undefined
  source?: string | undefined
  note?: string | undefined
  files: File[]
}

export async function submitEvidence(id: string, { files, ...evidence }: NewEvidence): Promise<void> {
  const documents = await keepDocuments(id, files)
  await call('POST', `${of(id)}/evidence`, { body: { ...evidence, documents } })
}

export const judgeEvidence = (id: string, number: number, accept: boolean, reason: string, match: string | undefined): Promise<unknown> =>
  call('POST', `${of(id)}/evidence/${number}/decision`, { body: { accept, reason }, match })

export interface NewPlan {
  file: File
  year?: number | undefined
}

/** Sends the text of a plan as the bytes that it has; the program finds out what encoding they are in. */
export function importPlan({ file, year }: NewPlan, signal: AbortSignal): Promise<Plan> {
  const form = new FormData()
  if (year !== undefined) form.append('year', String(year))
  form.append('file', file, file.name)
  return sent<Plan>('/plans', form, signal)
}

async function sent<T>(path: string, form: FormData, signal?: AbortSignal): Promise<T> {
  const response = await fetched(path, { method: 'POST', body: form, ...(signal && { signal }) })
  return (await response.json()) as T
}

export const textOfPlan = (id: string) => `/api/v1${of(id)}/text`

export const documentOfPlan = (id: string, hash: string) => `/api/v1${of(id)}/documents/${encodeURIComponent(hash)}`
