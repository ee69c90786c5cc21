import { readFileSync } from 'node:fs'
import type { APIRequestContext } from '@playwright/test'

/** Addresses of every page, with the ids of the city that the program holds. */
export interface Place {
  name: string
  to: string
}

export const RESIDENTS = 'population.resident'
/** A metric with areas and other dimensions, which the simulated city has data of. */
export const FIGURE = 'telecom.new_station'
/** A board that can be opened for one county. */
export const BOARD = 'telecom.network'

async function get<T>(request: APIRequestContext, path: string): Promise<T> {
  return (await (await request.get(`/api/v1${path}`)).json()) as T
}

export async function residentBatch(request: APIRequestContext): Promise<string> {
  const { batches } = await get<{ batches: { id: string; rows_quarantined: number; rows_in: number; status: string }[] }>(
    request,
    `/batches?dataset=${RESIDENTS}&limit=100`,
  )
  const batch = batches.find((one) => one.status === 'collected' && one.rows_quarantined > 0 && one.rows_in > 1000)
  if (!batch) throw new Error('the city has no batch of residents with a quarantine; start the program with a simulated city')
  return batch.id
}

/** A model that reads the residents. */
export async function residentModel(request: APIRequestContext): Promise<string> {
  const { models } = await get<{ models: { id: string; inputs: string[] }[] }>(request, '/models')
  const model = models.find(({ inputs }) => inputs.includes(RESIDENTS))
  if (!model) throw new Error('no model reads the residents')
  return model.id
}

export async function pageOfKind(request: APIRequestContext, kind: string): Promise<string> {
  const { pages } = await get<{ pages: { id: string; kind: string }[] }>(request, '/pages')
  const page = pages.find((one) => one.kind === kind)
  if (!page) throw new Error(`no pack declares a page of kind ${kind}`)
  return page.id
}

export async function indicatorSet(request: APIRequestContext): Promise<string> {
  const { sets } = await get<{ sets: { id: string }[] }>(request, '/ledger/indicators')
  const [first] = sets
  if (!first) throw new Error('there is no set of indicators')
  return first.id
}

/** The plan of an invented county; to import the same text again changes nothing. */
export async function plan(request: APIRequestContext): Promise<string> {
  const text = readFileSync(new URL('plans/qinglan.txt', import.meta.url), 'utf8')
  const answer = await request.post('/api/v1/plans', { data: { text } })
  return ((await answer.json()) as { id: string }).id
}

interface Reviewed {
  id: string
  status: string
  findings: { number: number }[]
}

interface Piece {
  number: number
  needs_review: boolean
  figures: { number: number; unit: string; doubts: { code: string }[] }[]
  offers: { number: number }[]
}

/** The text of that plan for another year. */
export const planText = (year: number): string => readFileSync(new URL('plans/qinglan.txt', import.meta.url), 'utf8').replaceAll('2027', String(year))

/** The same plan of another year, or another text, reviewed, broken down into tasks and put in force. */
export async function planInForce(request: APIRequestContext, year = 2026, text = planText(year)): Promise<string> {
  const send = async (path: string, data: object) => (await (await request.post(`/api/v1/plans${path}`, { data })).json()) as Reviewed
  const { id, status, findings } = await send('', { text })
  if (status !== 'reviewing') return id
  const { sentences } = await get<{ sentences: Piece[] }>(request, `/plans/${id}/sentences`)
  const answered = ({ figures, offers, number }: Piece) => ({
    sentence: number,
    reason: '与原文核对',
    figures: figures.map(({ number: figure, unit, doubts }) => ({
      figure,
      ...(unit.startsWith('% or') && { set: { unit: '%' } }),
      answers: Object.fromEntries(doubts.map(({ code }) => [code, '按读出的结果'])),
    })),
    offers: offers.map(({ number: offer }) => ({ offer })),
  })
  await send(`/${id}/review`, {
    sentences: sentences.filter((one) => one.needs_review).map(answered),
    findings: findings.map(({ number: finding }) => ({ finding, answer: '已核对' })),
  })
  await send(`/${id}/tasks/proposal`, {})
  await send(`/${id}/approval`, { reason: '已经县政府研究通过' })
  return id
}

const STATION_HEADER = '基站编号,基站名称,运营企业,所属区划,经度,纬度,网络制式,频段,覆盖场景,投用日期,状态,停用日期'

/** A line of the register of base stations: one that was opened on a day. */
export const station = (number: number, opened: string): string =>
  `YCN2026${String(number).padStart(5, '0')},五星街道东${number},中国移动,320902001,120.1552,33.3921,5G,2.6GHz,城区,${opened},在用,`

/** A delivery of base stations. */
export const register = (stations: string[]): string => [STATION_HEADER, ...stations].join('\r\n') + '\r\n'

/** Every page by name; what stands in braces is asked of the program. */
export const names = {
  home: '/',
  catalogue: '/catalogue',
  'catalogue-cards': '/catalogue?view=cards',
  'catalogue-none': '/catalogue?q=zzzzqqqq&owner=nobody',
  'dataset-overview': `/datasets/${RESIDENTS}`,
  'dataset-fields': `/datasets/${RESIDENTS}?tab=fields`,
  'dataset-sample': `/datasets/${RESIDENTS}?tab=sample`,
  'dataset-quality': `/datasets/${RESIDENTS}?tab=quality`,
  'dataset-lineage': `/datasets/${RESIDENTS}?tab=lineage&form=graph`,
  'dataset-uses': `/datasets/${RESIDENTS}?tab=uses`,
  'dataset-batches': `/datasets/${RESIDENTS}?tab=batches`,
  'dataset-versions': `/datasets/${RESIDENTS}?tab=versions`,
  'dataset-duties': `/datasets/${RESIDENTS}?tab=duties`,
  'dataset-history': `/datasets/${RESIDENTS}?tab=history`,
  'dataset-model': '/datasets/{model}?tab=fields',
  deliver: '/deliver',
  'deliver-result': '/deliver?batch={batch}',
  batches: '/batches',
  'batch-findings': '/batches/{batch}',
  'batch-quarantine': '/batches/{batch}?tab=quarantine',
  'batch-profile': '/batches/{batch}?tab=profile',
  'batch-reading': '/batches/{batch}?tab=reading',
  models: '/models',
  'model-sql': '/models/{model}',
  'model-runs': '/models/{model}?tab=runs',
  'model-plan': '/models/{model}?tab=plan',
  lineage: '/lineage',
  'lineage-graph': `/lineage?of=${RESIDENTS}&form=graph`,
  'lineage-columns': `/lineage?of=${RESIDENTS}&form=graph&columns=yes&lanes=owner&direction=down`,
  'lineage-column': `/lineage?of=${RESIDENTS}.township&form=graph`,
  'lineage-impact': `/lineage?of=${RESIDENTS}&form=graph&impact=yes`,
  'lineage-list': `/lineage?of=${RESIDENTS}&form=list&columns=yes`,
  query: '/query',
  rollup: '/rollup',
  'rollup-owner': '/rollup?by=owner',
  indicators: '/indicators',
  'indicator-set': '/indicators/{set}',
  boards: '/boards',
  board: `/boards/${BOARD}`,
  'board-county': `/boards/${BOARD}?area=dafeng`,
  figures: '/figures',
  'figures-none': '/figures?q=zzzzqqqq',
  figure: `/figures/${FIGURE}`,
  'figure-ahead': `/figures/${FIGURE}?forecast=yes&last-year=yes&level=managing`,
  'figure-year': `/figures/${FIGURE}?grain=year&target=1650`,
  pages: '/pages',
  'page-list': '/pages/{list}',
  'page-dashboard': '/pages/{dashboard}',
  plans: '/plans',
  'plans-import': '/plans?import=yes',
  'plan-text': '/plans/{plan}',
  'plan-found': '/plans/{plan}?q=5G&only=targets',
  'plan-review': '/plans/{plan}?tab=review&sentence=10',
  'plan-history': '/plans/{plan}?tab=history',
  'plan-in-force': '/plans/{inforce}',
  'plan-tasks': '/plans/{inforce}?tab=tasks',
  'plan-late': '/plans/{inforce}?tab=late',
  'plan-changes': '/plans/{inforce}?tab=changes',
  'plan-papers': '/plans/{inforce}?tab=papers',
  'plan-counties': '/plans/{inforce}?tab=counties',
  'plan-sources': '/plans/{inforce}?tab=sources',
  'plan-baselines': '/plans/{inforce}?tab=baselines',
  forms: '/forms',
  form: '/forms/industry.future_industry',
  packs: '/packs',
  account: '/account',
  accounts: '/accounts',
  'accounts-import': '/accounts?import=yes',
  grants: '/grants',
  'negative-list': '/negative-list',
  policies: '/policies',
  'policies-who': '/policies?tab=who',
  'access-events': '/access-events',
  login: '/login',
  claim: '/claim',
  invitation: '/invitation',
  problem: '/problems/missing-columns',
  'problem-dataset': '/datasets/no.such',
  'not-found': '/nowhere',
} as const

export type Name = keyof typeof names

/** The address of a page, with ids of what the program holds in place of the braces. */
export async function addressOf(request: APIRequestContext, name: Name): Promise<string> {
  const to: string = names[name]
  const [, wanted] = /\{(\w+)\}/.exec(to) ?? []
  if (!wanted) return to
  const found = {
    batch: residentBatch,
    model: residentModel,
    set: indicatorSet,
    plan,
    inforce: (asked: APIRequestContext) => planInForce(asked),
    list: (asked: APIRequestContext) => pageOfKind(asked, 'list'),
    dashboard: (asked: APIRequestContext) => pageOfKind(asked, 'dashboard'),
  }[wanted]
  if (!found) throw new Error(`nothing is known for {${wanted}}`)
  return to.replace(`{${wanted}}`, await found(request))
}
