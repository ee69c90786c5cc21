import type { Plan, PlanPoint, PlanSentence, PlanTask } from '../../api/plans'
import { type Fold, places } from '../../kit/fold'

/** A chapter or a point of the text with the pieces below its heading, or what stands before and between them. */
export interface Block {
  kind: 'chapter' | 'point' | 'other'
  key: string
  /** The pieces that the heading is made of. */
  head: PlanSentence[]
  point?: PlanPoint
  rows: PlanSentence[]
}

/** The text in its order: headings with what stands below them. */
export function blocks(plan: Plan, sentences: PlanSentence[]): Block[] {
  const points = new Map(plan.points.map((point) => [point.number, point]))
  const all: Block[] = []
  for (const piece of sentences) {
    const last = all.at(-1)
    if (piece.kind === 'heading') {
      const point = piece.point ? points.get(piece.point) : undefined
      all.push({ kind: point ? 'point' : 'chapter', key: `b${piece.number}`, head: [piece], rows: [], ...(point && { point }) })
    } else if (last?.point && last.point.number === piece.point && isTitle(last, piece)) last.head.push(piece)
    else if (last && last.point?.number === (piece.point ?? undefined) && (last.point || last.kind === 'other')) last.rows.push(piece)
    else all.push(fresh(piece, piece.point ? points.get(piece.point) : undefined))
  }
  return all
}

function fresh(piece: PlanSentence, point: PlanPoint | undefined): Block {
  return { kind: point ? 'point' : 'other', key: `b${piece.number}`, head: [], rows: [piece], ...(point && { point }) }
}

/** The first sentence behind the number of a point is its title, when it says just that. */
function isTitle(block: Block, piece: PlanSentence): boolean {
  if (block.rows.length > 0 || block.head.length !== 1 || piece.starts_line || piece.figures.length > 0) return false
  return bare(piece.text) === bare(block.point?.title ?? '')
}

const bare = (text: string) => text.replace(/[\s。；;.]+$/u, '').trim()

export interface DocumentFilter {
  q: string
  unit: string
  role: string
  /** Only sentences in which targets stand. */
  onlyTargets: boolean
  county: string
  /** Of targets. */
  lamp: string
}

export function filterOf(address: URLSearchParams): DocumentFilter {
  return {
    q: address.get('q')?.trim() ?? '',
    unit: address.get('unit') ?? '',
    role: address.get('role') ?? '',
    onlyTargets: address.get('only') === 'targets',
    county: address.get('county') ?? '',
    lamp: address.get('lamp') ?? '',
  }
}

/** Units in the order in which the text names them. */
export function units(plan: Plan): string[] {
  const all = new Set<string>()
  for (const point of plan.points) {
    if (point.lead) all.add(point.lead)
    for (const unit of point.assignments.flatMap((one) => one.units)) all.add(unit.name)
    for (const unit of point.supports) all.add(unit)
  }
  for (const unit of plan.everywhere) all.add(unit)
  return [...all]
}

/** Whether a unit answers for a piece of a point: for the part of it behind which it is named, or for all of it. */
export function answersFor(point: PlanPoint, piece: PlanSentence, unit: string, role: string): boolean {
  const isLead = point.lead === unit
  if (isLead && role !== 'support') return true
  if (point.assigned) return !isLead && role !== 'lead' && point.supports.includes(unit)
  return point.assignments.some(
    (part) =>
      piece.offset >= part.from &&
      piece.offset < part.end &&
      part.units.some((one) => one.name === unit && (role === '' || (one.role === 'lead') === (role === 'lead'))),
  )
}

/** The blocks with those pieces that the filter leaves; a heading stays as long as something below it does. */
export function filtered(plan: Plan, all: Block[], filter: DocumentFilter, fold: Fold, tasks: PlanTask[] = []): Block[] {
  if (!isNarrowed(filter)) return all
  const lit = new Set(plan.targets.filter((target) => target.standing?.lamp === filter.lamp).map(({ number }) => number))
  const words = filter.q.split(/\s+/).filter(Boolean).map(fold)
  const keeps = (piece: PlanSentence, point: PlanPoint | undefined) => {
    if (filter.onlyTargets && !piece.figures.some(isTarget)) return false
    if (filter.unit && !plan.everywhere.includes(filter.unit) && !(point && answersFor(point, piece, filter.unit, filter.role))) return false
    if (filter.county && !tasks.some((task) => isOf(task, piece, filter.county))) return false
    if (filter.lamp && !piece.figures.some(({ number }) => lit.has(number))) return false
    const text = fold(piece.text)
    return words.every((word) => places(text, [word]).length > 0)
  }
  const left: Block[] = []
  for (const block of all) {
    const rows = block.rows.filter((piece) => keeps(piece, block.point))
    const isHead = block.head.some((piece) => words.length > 0 && keeps(piece, block.point))
    if (block.kind === 'chapter' || rows.length > 0 || isHead) left.push({ ...block, rows })
  }
  // A chapter below which nothing is left goes too, unless it was itself looked for.
  return left.filter((block, at) => {
    if (block.kind !== 'chapter' || block.rows.length > 0) return true
    const next = left[at + 1]
    const isFound = words.length > 0 && !isNarrowed({ ...filter, q: '' }) && block.head.some((piece) => keeps(piece, undefined))
    return isFound || (next !== undefined && next.kind !== 'chapter')
  })
}

export function isNarrowed({ q, unit, onlyTargets, county, lamp }: DocumentFilter): boolean {
  return q !== '' || unit !== '' || onlyTargets || county !== '' || lamp !== ''
}

/** Whether a task of the county comes from the piece, or from its point as a whole. */
function isOf(task: PlanTask, piece: PlanSentence, county: string): boolean {
  const isOfCounty = task.county === county || task.counties.includes(county)
  return isOfCounty && task.point === piece.point && (typeof task.sentence !== 'number' || task.sentence === piece.number)
}

export function isTarget(figure: { kind: string; state: string }): boolean {
  return figure.kind === 'target' && figure.state !== 'rejected'
}

export interface Span {
  from: number
  to: number
  kind: 'figure' | 'hit'
}

export interface MarkedPiece {
  text: string
  isFigure: boolean
  isHit: boolean
}

/** A text cut where figures and found words begin and end. Places are code points. */
export function marked(text: string, spans: Span[]): MarkedPiece[] {
  const signs = [...text]
  const cuts = new Set([0, signs.length])
  for (const { from, to } of spans) {
    if (from < signs.length) cuts.add(Math.max(0, from))
    cuts.add(Math.min(signs.length, Math.max(0, to)))
  }
  const places = [...cuts].sort((a, b) => a - b)
  return places.slice(0, -1).map((from, at) => {
    const to = places[at + 1] ?? signs.length
    const covers = (kind: Span['kind']) => spans.some((span) => span.kind === kind && span.from <= from && span.to >= to)
    return { text: signs.slice(from, to).join(''), isFigure: covers('figure'), isHit: covers('hit') }
  })
}

/** Where the figures of a piece stand in it. */
export function figureSpans(piece: PlanSentence): Span[] {
  const spans = [...piece.figures.filter(({ state }) => state !== 'rejected'), ...piece.offers.filter(({ decided }) => !decided)]
  return spans.map(({ offset, literal }) => {
    const from = offset - piece.offset
    return { from, to: from + [...literal].length, kind: 'figure' }
  })
}
