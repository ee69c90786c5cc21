import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, fetched, got } from './call'
import { regained } from './regain'
import type { components } from './schema'

type Schemas = components['schemas']

const of = (id: string) => `/accounts/${encodeURIComponent(id)}`

export type Account = Schemas['AccountLine']
export type AccountChange = Partial<Schemas['AccountChange']>
export type Conflict = Schemas['ConflictLine']
export type Enrolment = Schemas['Enrolment']
export type Entry = Schemas['EntryLine']
export type AccessEvent = Schemas['EventLine']
export type Grant = Schemas['GrantLine']
export type Identity = Schemas['IdentityLine']
export type Link = Schemas['Link']
export type NewAccount = Schemas['NewAccount']
export type NewEntry = Schemas['NewEntry']
export type NewGrant = Schemas['NewGrant']
export type Openid = Schemas['OpenidLine']
export type ProvedIdentity = Schemas['ProvedIdentity']
export type DifferenceLine = Schemas['DifferenceLine']
export type RightsChange = Schemas['RightsChange']
export type RightsPreview = Schemas['RightsPreview']
export type TextProblem = Schemas['TextProblem']
export type Policy = Schemas['PolicyLine']
export type PolicyFault = Schemas['PolicyFault']
export type PolicyFinding = Schemas['PolicyFinding']
export type PolicyList = Schemas['PolicyList']
export type Roles = Schemas['Roles']
export type SeenColumn = Schemas['SeenColumn']
export type SessionLine = Schemas['SessionLine']
export type Sight = Schemas['SightLine']
export type Sights = Schemas['Sights']
export type Token = Schemas['TokenLine']
export type Who = Schemas['Who']

/** What may be done in the city. */
export type Action = 'browse' | 'keep-ledger' | 'edit-plan' | 'report-plan' | 'operate' | 'manage-accounts' | 'manage-policies' | 'audit'

/** What may be done to some datasets. */
export type Duty = 'deliver' | 'steward' | 'grant'

/**
 * Who asks. Where there was a session and is none any more, the password is asked for before the pages learn of it: they would
 * go, and what is typed in them.
 */
export const session = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ client, signal }) => {
    const who = await got<Who>('/session', { signal })
    const before = client.getQueryData<Who>(['session'])
    if (who.kind !== 'visitor' || before?.kind !== 'session') return who
    return (await regained()) ? got<Who>('/session', { signal }) : who
  },
  staleTime: 60_000,
})

export const logIn = async (account: string, password: string, code?: string) =>
  (await call<Who>('POST', '/session', { body: { account, password, ...(code && { code }) } })).data

export const logOut = () => call('DELETE', '/session')

/** Begins to sign in at the provider of identities: the address at which the browser goes on, to come back to a place of these pages. */
export const beginOpenid = async (to: string) => (await call<Schemas['OpenidBegun']>('POST', '/session/openid', { body: { to } })).data.address

/** The code of whom the provider has let in. */
export const sendOpenidCode = async (code: string) => (await call<Who>('POST', '/session/openid/code', { body: { code } })).data

export const setPurpose = async (purpose: string | null) => (await call<Who>('PATCH', '/session', { body: { purpose } })).data

export const claim = async (body: Schemas['Claim']) => (await call<Account>('POST', '/claim', { body })).data

export const accept = async (link: string, password: string) => (await call<Account>('POST', '/invitations', { body: { link, password } })).data

/** Whose password a link would set; nothing is used up. */
export const invitedBy = (link: string) =>
  queryOptions({
    queryKey: ['invitation', link],
    queryFn: async () => (await call<Account>('POST', '/invitations/look', { body: { link } })).data,
    retry: false,
    staleTime: Infinity,
  })

export const changePassword = (old: string, wanted: string) => call('PUT', '/account/password', { body: { old, new: wanted } })

/** The code is wanted where the account has a second factor. */
export const changeExpired = (account: string, old: string, wanted: string, code: string) =>
  call('POST', '/account/expired-password', { body: { account, old, new: wanted, ...(code && { code }) } })

export const beginSecondFactor = async () => (await call<Enrolment>('POST', '/account/second-factor')).data

export const confirmSecondFactor = (code: string) => call('PUT', '/account/second-factor', { body: { code } })

/** With a proof of both factors. */
export const giveUpSecondFactor = (password: string, code: string) => call('POST', '/account/second-factor/removal', { body: { password, code } })

export const ownSessions = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: ({ signal }) => got<Schemas['SessionList']>('/account/sessions', { signal }),
  select: (list) => list.sessions,
})

export const endSession = (id: string) => call('DELETE', `/account/sessions/${encodeURIComponent(id)}`)

/** Tokens of one's own, or of an account: a program cannot log in to make one. */
const placeOfTokens = (id: string | undefined) => (id === undefined ? '/account/tokens' : `${of(id)}/tokens`)

export const tokens = (id?: string) =>
  queryOptions({
    queryKey: ['tokens', id ?? ''],
    queryFn: ({ signal }) => got<Schemas['TokenList']>(placeOfTokens(id), { signal }),
    select: (list) => list.tokens,
  })

export const createToken = async (id: string | undefined, body: Schemas['TokenRequest']) =>
  (await call<Schemas['NewToken']>('POST', placeOfTokens(id), { body })).data

export const revokeToken = (id: string | undefined, token: string) => call('DELETE', `${placeOfTokens(id)}/${encodeURIComponent(token)}`)

/** Who at the provider comes in to one's own account, or to that of somebody. */
const placeOfIdentities = (id: string | undefined) => (id === undefined ? '/account/identities' : `${of(id)}/identities`)

export const identities = (id?: string) =>
  queryOptions({
    queryKey: ['identities', id ?? ''],
    queryFn: ({ signal }) => got<Schemas['IdentityList']>(placeOfIdentities(id), { signal }),
  })

/** Begins to link oneself: the address at which the browser goes on. */
export const beginLink = async () => (await call<Schemas['OpenidBegun']>('POST', '/account/identities')).data.address

/** Links oneself to whom the provider has proved and one was shown, with a proof that one is there; the code is wanted where the account has a second factor. */
export const linkProved = async ({ issuer, subject }: ProvedIdentity, password: string, code: string) =>
  (await call<Identity>('POST', '/account/identities/proved', { body: { issuer, subject, password, ...(code && { code }) } })).data

/** Links nobody: whom the provider has proved is forgotten. */
export const forgetProved = () => call('DELETE', '/account/identities/proved')

export const linkIdentity = async (id: string, subject: string) => (await call<Identity>('POST', placeOfIdentities(id), { body: { subject } })).data

export const removeIdentity = (id: string | undefined, identity: string) => call('DELETE', `${placeOfIdentities(id)}/${encodeURIComponent(identity)}`)

export const ownSights = queryOptions({
  queryKey: ['account', 'sights'],
  queryFn: ({ signal }) => got<Sights>('/account/sights', { signal }),
})

export interface AccountFilter {
  q?: string
  status?: string
  role?: string
  department?: string
  locked?: 'true'
}

export const accounts = (filter: AccountFilter) =>
  infiniteQueryOptions({
    queryKey: ['accounts', 'pages', filter],
    queryFn: ({ pageParam, signal }) =>
      got<Schemas['AccountPage']>('/accounts', { query: { ...filter, limit: 50, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    // While somebody types, the rows before stay.
    placeholderData: keepPreviousData,
  })

/** With the revision that a change is made to. */
export const account = (id: string) =>
  queryOptions({ queryKey: ['accounts', 'one', id], queryFn: ({ signal }) => call<Account>('GET', of(id), { signal }) })

export const createAccount = async (body: NewAccount) => (await call<Account>('POST', '/accounts', { body })).data

export const changeAccount = (id: string, body: AccountChange, match: string | undefined) => call<Account>('PATCH', of(id), { body, match })

export const invite = async (id: string) => (await call<Link>('POST', `${of(id)}/invitation`)).data

export const resetPassword = async (id: string) => (await call<Link>('POST', `${of(id)}/reset`)).data

export const endSessions = (id: string) => call('DELETE', `${of(id)}/sessions`)

export const unlock = (id: string) => call('DELETE', `${of(id)}/lock`)

export const removeSecondFactor = (id: string) => call('DELETE', `${of(id)}/second-factor`)

export async function importAccounts(table: string): Promise<Account[]> {
  const response = await fetched('/accounts/import', { method: 'POST', headers: { 'content-type': 'text/csv' }, body: table })
  return ((await response.json()) as Schemas['AccountsImported']).accounts
}

export const roles = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => got<Roles>('/roles', { signal }),
  staleTime: 60_000,
})

export type AccountName = Schemas['AccountName']

/** What accounts are found by a part of their id or name; for whoever grants and whoever audits. */
export const namesLike = (typed: string) =>
  queryOptions({
    queryKey: ['names', 'like', typed],
    queryFn: ({ signal }) => got<Schemas['AccountNames']>('/names', { query: { q: typed }, signal }),
    select: (list) => list.names,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

/** As many ids as one question may name. */
const NAMED = 200

export const namesOf = (ids: string[]) =>
  queryOptions({
    queryKey: ['names', 'of', ids],
    queryFn: async ({ signal }) => {
      const names: AccountName[] = []
      for (let at = 0; at < ids.length; at += NAMED) {
        const list = await got<Schemas['AccountNames']>('/names', { query: { ids: ids.slice(at, at + NAMED).join(',') }, signal })
        names.push(...list.names)
      }
      return names
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

/** What grants are narrowed to; none of what is empty. */
export interface GrantFilter {
  dataset: string
  /** Who reads under them. */
  account: string
  department: string
}

export const grants = (filter: GrantFilter) =>
  queryOptions({
    queryKey: ['grants', filter],
    queryFn: ({ signal }) => got<Schemas['GrantList']>('/grants', { query: { ...filter }, signal }),
    select: (list) => list.grants,
  })

/** Under the policies that it was looked at under, where it was. */
export const giveGrant = async (body: NewGrant, match?: string) => (await call<Grant>('POST', '/grants', { body, match })).data

export const revokeGrant = (id: string, why: string) => call('POST', `/grants/${encodeURIComponent(id)}/revocation`, { body: { why } })

export const negativeList = queryOptions({
  queryKey: ['negative-list'],
  queryFn: ({ signal }) => got<Schemas['NegativeList']>('/negative-list', { signal }),
  select: (list) => list.entries,
})

export const addNegativeEntry = async (body: NewEntry) => (await call<Schemas['EntryAdded']>('POST', '/negative-list', { body })).data

export const removeNegativeEntry = (id: string, why: string) =>
  call('POST', `/negative-list/${encodeURIComponent(id)}/removal`, { body: { why } })

export const policies = queryOptions({
  queryKey: ['policies'],
  queryFn: ({ signal }) => got<PolicyList>('/policies', { signal }),
})

export const previewRights = async (body: RightsChange) => (await call<RightsPreview>('POST', '/policies/preview', { body })).data

export const sightsOf = (id: string, purpose: string, way: string) =>
  queryOptions({
    queryKey: ['sights', id, purpose, way],
    queryFn: ({ signal }) => got<Sights>(`${of(id)}/sights`, { query: { purpose, way }, signal }),
  })

export interface EventFilter {
  actor?: string
  kind?: string
  subject?: string
  since?: string
  until?: string
}

export const events = (filter: EventFilter) =>
  infiniteQueryOptions({
    queryKey: ['access-events', filter],
    queryFn: ({ pageParam, signal }) =>
      got<Schemas['EventPage']>('/access-events', { query: { ...filter, limit: 50, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
