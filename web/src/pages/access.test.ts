import { describe, expect, test } from 'vitest'
import type { Account, Grant } from '../api/access'
import { closedAt, isCitizen, menu, menuOf } from '../shell/menu'
import { grouped as groupedSecret } from './account/secret'
import { changeOf, isGuarded, isJoined, missingOf as missingOfAccount, newAccount, NO_ACCOUNT, toForm } from './accounts/account'
import { asText, faultOf, rowFaults } from './accounts/faults'
import { isMoment, lastPart, linesOf } from './events/detail'
import { missingOf, newGrant, NO_GRANT, NO_MASK_OF_COLUMN, stateOf } from './grants/grant'
import { isBeside, lockedUntil, placeAfter, stepAfter } from './login/refusal'
import { missingOf as missingOfEntry, newEntry, NO_ENTRY, scopeOf } from './negative/entry'
import { grouped, isForbidding } from './policies/groups'

const problem = (code: string, detail: string, causes: string[] = []) => ({ type: `/errors/${code}`, title: '', status: 422, code, detail, causes })

describe('login', () => {
  test('a refusal says what is asked for next', () => {
    expect(stepAfter(problem('second-factor-needed', ''), 'password')).toBe('code')
    expect(stepAfter(problem('password-expired', ''), 'code')).toBe('expired')
    expect(stepAfter(problem('login-refused', ''), 'code')).toBe('code')
  })
  test('a lock is told with its end', () => {
    const detail = 'too many logins have failed: the name is locked until 2026-01-05T01:30:00.000002Z'
    expect(lockedUntil(problem('account-locked', detail))).toBe('2026-01-05T01:30:00.000002Z')
    expect(lockedUntil(problem('login-refused', detail))).toBeUndefined()
  })
  test('nobody is sent to another host after it', () => {
    expect(['/grants?state=ended', '/wall/plan.city'].map(placeAfter)).toEqual(['/grants?state=ended', '/wall/plan.city'])
    expect(['//evil.example', '/\\evil.example', 'https:evil', 'grants', '', null].map(placeAfter)).toEqual(['/', '/', '/', '/', '/', '/'])
    expect(['/wall', '/wall/plan.city', '/wallet', '/'].map(isBeside)).toEqual([true, true, false, false])
  })
})

test('the menu has the pages that somebody may open', () => {
  expect(menuOf({ kind: 'local', actions: [], duties: [], account: null })).toEqual(menu)
  const of = (...actions: string[]) => menuOf({ kind: 'session', actions, duties: [], account: null }).map(({ to }) => to)
  const handling = (...duties: string[]) => menuOf({ kind: 'session', actions: [], duties, account: null }).map(({ to }) => to)
  expect(of('browse')).toEqual(['/', '/plans', '/catalogue', '/models', '/lineage', '/query', '/rollup', '/indicators', '/boards', '/figures', '/pages', '/packs'])
  expect(handling('deliver')).toEqual(['/', '/forms', '/deliver', '/batches', '/query'])
  expect(handling('steward')).toEqual(['/', '/forms', '/batches', '/query', '/classification'])
  expect(of()).toEqual(['/', '/query'])
  expect(of('audit')).toEqual(['/', '/query', '/classification', '/policies', '/access-events'])
  expect(of('manage-policies')).toEqual(['/', '/query', '/classification', '/grants', '/negative-list', '/policies'])
  expect(of('manage-accounts')).toContain('/accounts')
})

test('a page that is not for somebody is told so before anything is asked for it', () => {
  const reader = { kind: 'session', actions: [], duties: [], account: null } as const
  expect(closedAt('/catalogue', { ...reader, actions: [], duties: [] })?.title).toBe('menu.catalogue')
  expect(closedAt('/catalogue', { ...reader, actions: ['browse'], duties: [] })).toBeUndefined()
  expect(closedAt('/catalogue', { kind: 'local', actions: [], duties: [], account: null })).toBeUndefined()
  expect(['/', '/query', '/account', '/datasets/a.b'].filter((path) => closedAt(path, { ...reader, actions: [], duties: [] }))).toEqual([])
})

test('a citizen is offered no desk for queries; whoever has an office or is granted work is', () => {
  const account = { kind: 'person', department: null } as Account
  const citizen = { kind: 'session', actions: [], duties: [], account } as const
  const who = (part: object) => ({ ...citizen, actions: [], duties: [], ...part }) as Parameters<typeof isCitizen>[0]
  expect(menuOf(who({})).map(({ to }) => to)).toEqual(['/'])
  const others = [{ actions: ['browse'] }, { duties: ['deliver'] }, { account: { ...account, department: '市民政局' } }, { account: { ...account, kind: 'service' } }]
  expect(others.map((part) => isCitizen(who(part)))).toEqual([false, false, false, false])
  for (const part of others) expect(menuOf(who(part)).map(({ to }) => to)).toContain('/query')
})

test('a secret is typed in groups of four', () => expect(groupedSecret('JBSWY3DPEHPK3P')).toBe('JBSW Y3DP EHPK 3P'))

describe('account', () => {
  const account: Account = {
    id: 'zhang.san', kind: 'person', name: '张三', department: '市民政局', division: null, uscc: null, roles: [], status: 'active', locked_until: null,
    has_second_factor: false, password_changed_at: null, created_at: '', changed_at: '', revision: 1,
  }
  test('is sent without what was not filled in', () => {
    expect(newAccount({ ...NO_ACCOUNT, id: 'zhang.san', name: ' 张三 ' })).toEqual({ id: 'zhang.san', kind: 'person', name: '张三', roles: [] })
    expect(missingOfAccount({ ...NO_ACCOUNT, id: 'Zhang' })).toBe('accounts.id-help')
    expect(missingOfAccount({ ...NO_ACCOUNT, id: 'zhang', name: ' ' })).toBe('accounts.name-missing')
  })
  test('is changed in what was written, and an empty text takes a value away', () => {
    expect(toForm(account)).toMatchObject({ department: '市民政局', division: '' })
    expect(changeOf({ name: ' 张三三 ', department: '', id: 'x', kind: 'service' })).toEqual({ name: '张三三', department: '' })
    expect(changeOf({})).toEqual({})
  })
  test('holds one office of an administrator at most', () => {
    expect(isJoined(['system-administrator', 'audit-administrator'])).toBe(true)
    expect(isJoined(['system-administrator', 'clerk'])).toBe(false)
    expect(isGuarded({ roles: ['audit-administrator'] })).toBe(true)
    expect(isGuarded({ roles: ['system-administrator', 'clerk'] })).toBe(false)
  })
  test('a refusal stands at the field that it names', () => {
    expect(faultOf(problem('invalid-account', '`uscc` of the account: it has 18 signs'))).toEqual({ field: 'uscc', why: 'it has 18 signs' })
    expect(faultOf(problem('invalid-grant', '`until`: this time is past'))).toEqual({ field: 'until', why: 'this time is past' })
    expect(faultOf(problem('invalid-account', 'there is no role `clark`'))).toMatchObject({ field: 'roles' })
    expect(faultOf(problem('account-link', 'the link cannot be used'))).toBeUndefined()
  })
  test('faults of a table are told by their lines', () => {
    const causes = ['line 2, `account`: `sun` stands in the file twice', 'line 3: the row has more cells than the header', 'nonsense']
    expect(rowFaults(problem('account-import', '', causes))).toEqual([
      { line: 2, column: 'account', why: '`sun` stands in the file twice' }, { line: 3, column: undefined, why: 'the row has more cells than the header' },
    ])
  })
  test('a table in the encoding of a Chinese Windows is read', () => {
    expect(asText(Uint8Array.of(0xd5, 0xcb, 0xba, 0xc5).buffer)).toEqual({ text: '账号', isConverted: true })
    expect(asText(new TextEncoder().encode('账号').buffer as ArrayBuffer)).toEqual({ text: '账号', isConverted: false })
  })
})

describe('grant', () => {
  const form = { ...NO_GRANT, to: ' zhang.san ', dataset: 'a.b', purpose: '走访', until: '2026-06-30' }
  const grant = (part: Partial<Grant>, granted: Partial<Grant['granted']> = {}): Grant => ({
    id: 'G1', granted: { ...newGrant(form), ...granted }, used: 0, is_in_force: true, given_by: 'li', given_at: '', revoked_by: null, revoked_at: null, revoked_why: null, broken: null, ...part,
  })
  const now = Date.parse('2026-06-30T00:00:00Z')
  test('stands in one way', () => {
    expect(stateOf(grant({}), now)).toBe('in-force')
    expect(stateOf(grant({}), Date.parse('2026-06-30T16:00:00Z'))).toBe('ended')
    expect(stateOf(grant({ used: 3 }, { uses: 3 }), now)).toBe('used-up')
    expect(stateOf(grant({ broken: 'there is no column `c`' }), now)).toBe('broken')
    expect(stateOf(grant({ revoked_at: '2026-06-01T00:00:00Z', used: 3 }, { uses: 3 }), now)).toBe('revoked')
  })
  test('holds through its last day, and is sent without what was not filled in', () => {
    expect(newGrant(form)).toEqual({
      to: { kind: 'person', id: 'zhang.san' }, dataset: 'a.b', up_to: 'general-2', masks: {}, purpose: '走访', until: '2026-06-30T16:00:00.000Z', ways: ['page'],
    })
    const masked = { ...form, uses: '5', masks: [{ ...NO_MASK_OF_COLUMN, column: ' mobile ', first: '3', last: '4' }] }
    expect(newGrant(masked)).toMatchObject({ uses: 5, masks: { mobile: 'keep 3 4' } })
  })
  test('says what is missing', () => {
    expect(missingOf(NO_GRANT)).toBe('grants.to-missing')
    expect(missingOf({ ...form, uses: '0' })).toBe('grants.uses-wrong')
    expect(missingOf({ ...form, ways: [] })).toBe('grants.ways-missing')
    expect(missingOf({ ...form, masks: [NO_MASK_OF_COLUMN] })).toBe('grants.mask-wrong')
    expect(missingOf({ ...form, rows: '"township" = ' })).toBe('grants.rows-missing')
    expect(missingOf(form)).toBeUndefined()
  })
})

test('an entry of the negative list is about a dataset, a pack or all, and says on what basis', () => {
  const form = { ...NO_ENTRY, dataset: 'a.b', pack: 'a', basis: ' 法 ', about: '不共享' }
  expect(newEntry(form)).toEqual({ dataset: 'a.b', except: [], basis: '法', about: '不共享' })
  expect(newEntry({ ...form, scope: 'pack' })).toMatchObject({ pack: 'a' })
  expect(newEntry({ ...form, scope: 'all' })).not.toHaveProperty('dataset')
  expect((['dataset', 'pack', 'all'] as const).map((scope) => scopeOf(newEntry({ ...form, scope })))).toEqual(['dataset', 'pack', 'all'])
  expect(missingOfEntry({ ...form, basis: ' ' })).toBe('negative.basis-missing')
  expect(missingOfEntry({ ...form, dataset: '' })).toBe('negative.dataset-missing')
})

test('policies are grouped by where they come from', () => {
  const policy = (id: string) => ({ id, about: null, basis: null, text: '' })
  const groups = grouped(['grants/G1', 'population/b', 'yandu/a', 'negative-list/N1', 'air/a', 'yandu/b'].map(policy))
  expect(groups.map(({ source, kind, policies }) => [source, kind, policies.length])).toEqual([
    ['yandu', 'program', 2], ['negative-list', 'negative-list', 1], ['air', 'pack', 1], ['population', 'pack', 1], ['grants', 'grants', 1],
  ])
  expect(isForbidding('@about("permit")\nforbid (\n  principal')).toBe(true)
  expect(isForbidding('@about("forbid (x)")\npermit (principal')).toBe(false)
})

test('what an event tells is shown line by line', () => {
  expect(linesOf({ count: 1, why: 'reset', none: null, empty: [] })).toEqual([['count', '1'], ['why', 'reset']])
  expect(linesOf({ roles: { from: [], to: ['clerk', 'leader'] } })).toEqual([['roles', '— → clerk, leader']])
  expect(linesOf({ grant: { to: { id: 'zhang.san' } } })).toEqual([['grant.to.id', 'zhang.san']])
  expect(lastPart('grant.to.id')).toBe('id')
  expect(['2026-01-05T01:30:00.000002Z', '2026-01-05', 'x'].map(isMoment)).toEqual([true, false, false])
})
