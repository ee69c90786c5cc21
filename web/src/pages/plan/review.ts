import type { PlanFigure, PlanSentence, SentenceReview } from '../../api/plans'
import { type FigureForm, OPEN_PERCENT, changedFields, faultsOf, toFields, toForm } from './figure'

/** What somebody is writing about one sentence; nothing of it is decided until it is sent. */
export interface Work {
  figures: Record<number, FigureWork>
  offers: Record<number, OfferWork>
  added: AddedWork[]
  reason: string
}

export interface FigureWork {
  form?: FigureForm
  reject?: boolean
  /** By the code of a doubt. */
  answers?: Record<string, string>
}

export interface OfferWork {
  isFigure: boolean
  form?: FigureForm
}

export interface AddedWork {
  literal: string
  form: FigureForm
}

/** By the number of the sentence. */
export type Works = Record<number, Work>

export const noWork: Work = { figures: {}, offers: {}, added: [], reason: '' }

export function isEmpty(work: Work): boolean {
  return Object.keys(work.figures).length === 0 && Object.keys(work.offers).length === 0 && work.added.length === 0 && work.reason === ''
}

/** Whether it says otherwise than the reading, so that it needs a reason. */
export function corrects(sentence: PlanSentence, work: Work): boolean {
  if (work.added.length > 0) return true
  return sentence.figures.some((figure) => {
    const one = work.figures[figure.number]
    return one !== undefined && (one.reject === true || isChanged(figure, one))
  })
}

const isChanged = (figure: PlanFigure, work: FigureWork) => work.form !== undefined && Object.keys(changedFields(figure, work.form)).length > 0

export type Open =
  | { kind: 'doubt'; figure: number; literal: string; code: string }
  | { kind: 'unit' | 'side' | 'fault'; figure: number; literal: string }
  | { kind: 'offer'; offer: number; literal: string }
  | { kind: 'added'; place: number }
  | { kind: 'reason' }

/** What has to be decided before the sentence can be accepted. */
export function openOf(sentence: PlanSentence, work: Work): Open[] {
  const open = sentence.figures.flatMap((figure) => openOfFigure(figure, work.figures[figure.number] ?? {}))
  for (const offer of sentence.offers) {
    const one = work.offers[offer.number]
    const isWrong = one?.isFigure === true && (!one.form || faultsOf(one.form).length > 0)
    if ((!one && !offer.decided) || isWrong) open.push({ kind: 'offer', offer: offer.number, literal: offer.literal })
  }
  work.added.forEach((one, place) => {
    if (!sentence.text.includes(one.literal) || one.literal.trim() === '' || faultsOf(one.form).length > 0) open.push({ kind: 'added', place })
  })
  if (corrects(sentence, work) && work.reason.trim() === '') open.push({ kind: 'reason' })
  return open
}

function openOfFigure(figure: PlanFigure, work: FigureWork): Open[] {
  if (work.reject || (figure.state === 'rejected' && !work.form)) return []
  const { number, literal } = figure
  const open: Open[] = []
  for (const doubt of figure.doubts) {
    if (!doubt.answered && !work.answers?.[doubt.code]?.trim()) open.push({ kind: 'doubt', figure: number, literal, code: doubt.code })
  }
  const form = work.form ?? toForm(figure)
  if (faultsOf(form).length > 0) open.push({ kind: 'fault', figure: number, literal })
  const isDecided = (code: string) => Boolean(work.answers?.[code]?.trim())
  if (isDecided('percent-or-point') && form.unit === OPEN_PERCENT) open.push({ kind: 'unit', figure: number, literal })
  if (isDecided('side-not-said') && form.kind === 'target' && form.comparison === '=') open.push({ kind: 'side', figure: number, literal })
  return open
}

/** What is sent of it: only what somebody said. */
export function toReview(sentence: PlanSentence, work: Work): SentenceReview {
  const figures = sentence.figures.flatMap((figure): NonNullable<SentenceReview['figures']> => {
    const one = work.figures[figure.number]
    if (!one) return []
    if (one.reject) return [{ figure: figure.number, reject: true }]
    // The document says of the fields only that they are an object.
    const set = (one.form ? changedFields(figure, one.form) : {}) as Record<string, never>
    const answers = Object.fromEntries(Object.entries(one.answers ?? {}).filter(([, answer]) => answer.trim() !== ''))
    // One that was rejected is taken again by being named.
    const isTaken = figure.state === 'rejected'
    if (!isTaken && Object.keys(set).length === 0 && Object.keys(answers).length === 0) return []
    return [{ figure: figure.number, reject: false, ...(Object.keys(set).length > 0 && { set }), ...(Object.keys(answers).length > 0 && { answers }) }]
  })
  const offers = sentence.offers.flatMap((offer) => {
    const one = work.offers[offer.number]
    if (!one) return []
    return [{ offer: offer.number, ...(one.isFigure && one.form && { figure: toFields(one.form) }) }]
  })
  const added = work.added.map(({ literal, form }) => ({ literal, figure: toFields(form) }))
  const reason = work.reason.trim()
  return {
    sentence: sentence.number,
    ...(figures.length > 0 && { figures }),
    ...(offers.length > 0 && { offers }),
    ...(added.length > 0 && { added }),
    ...(reason && { reason }),
  }
}

/** The next sentence that nobody has decided, after the one at hand and then from the beginning. */
export function nextOpen(sentences: PlanSentence[], from: number | undefined): PlanSentence | undefined {
  const open = sentences.filter((one) => one.needs_review && !one.verdict && one.number !== from)
  return open.find((one) => from === undefined || one.number > from) ?? open[0]
}

/** Whether a sentence is as it was seen, so that what was decided about it still holds. */
export function isSame(one: PlanSentence | undefined, other: PlanSentence | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

interface Option {
  /** Key of the words of the answer. */
  answer: 'percent' | 'point' | 'at-least' | 'at-most' | 'as-read' | 'hard' | 'effort' | 'each' | 'together' | 'own' | 'part' | 'described' | 'with-month' | 'without-month' | 'no-unit' | 'lead-says' | 'last-year'
  set?: Partial<FigureForm>
}

const ASSUMED: Option = { answer: 'as-read' }

/** Answers that are often right; each may also set fields. Everything else is written. */
export const OPTIONS: Record<string, Option[]> = {
  'due-not-said': [ASSUMED],
  'due-inherited': [ASSUMED],
  'year-not-said': [ASSUMED],
  'longer-plan': [ASSUMED],
  'month-before': [{ answer: 'with-month' }, { answer: 'without-month' }],
  'percent-or-point': [{ answer: 'percent', set: { unit: '%' } }, { answer: 'point', set: { unit: 'percentage point' } }],
  'baseline-missing': [{ answer: 'last-year' }, { answer: 'lead-says' }],
  'unit-missing': [{ answer: 'no-unit' }],
  'precision-not-said': [{ answer: 'lead-says' }],
  'effort-only': [{ answer: 'hard' }, { answer: 'effort', set: { kind: 'preference' } }],
  recurring: [{ answer: 'each' }, { answer: 'together' }],
  'per-area': [{ answer: 'each' }, { answer: 'together' }],
  'named-list': [ASSUMED],
  'comparison-unclear': [ASSUMED],
  'side-not-said': [{ answer: 'at-least', set: { comparison: '>=' } }, { answer: 'at-most', set: { comparison: '<=' } }],
  'part-of-another': [{ answer: 'own' }, { answer: 'part', set: { kind: 'description' } }],
  vague: [{ answer: 'hard' }, { answer: 'described', set: { kind: 'description' } }],
}
