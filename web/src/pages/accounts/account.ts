import type { Account, AccountChange, NewAccount } from '../../api/access'
import { ACCOUNT_ID } from '../../kit/accountId'

/** An account as its form has it; no value is an empty text. */
export interface AccountForm {
  id: string
  kind: string
  name: string
  department: string
  division: string
  uscc: string
  roles: string[]
}

export const KINDS = ['person', 'organisation', 'service'] as const

export const NO_ACCOUNT: AccountForm = { id: '', kind: 'person', name: '', department: '', division: '', uscc: '', roles: [] }

export function toForm({ id, kind, name, department, division, uscc, roles }: Account): AccountForm {
  return { id, kind, name, department: department ?? '', division: division ?? '', uscc: uscc ?? '', roles }
}

/** Why it cannot be sent yet. */
export function missingOf(form: AccountForm): 'accounts.id-help' | 'accounts.name-missing' | undefined {
  if (!ACCOUNT_ID.test(form.id)) return 'accounts.id-help'
  return form.name.trim() === '' ? 'accounts.name-missing' : undefined
}

export function newAccount({ id, kind, name, department, division, uscc, roles }: AccountForm): NewAccount {
  return {
    id,
    kind,
    name: name.trim(),
    ...(department && { department }),
    ...(division && { division }),
    ...(uscc.trim() && { uscc: uscc.trim() }),
    roles,
  }
}

/** What is to be another one; an empty text takes a value away. */
export function changeOf(written: Partial<AccountForm>): AccountChange {
  const { id: _, kind: __, name, uscc, ...others } = written
  return { ...others, ...(name !== undefined && { name: name.trim() }), ...(uscc !== undefined && { uscc: uscc.trim() }) }
}

/** What of a change rights follow from. */
export function moveOf({ roles, department, division }: Partial<AccountForm>): Pick<AccountChange, 'roles' | 'department' | 'division'> {
  return { ...(roles && { roles }), ...(department !== undefined && { department }), ...(division !== undefined && { division }) }
}

/** The roles of which an account holds one at most (三员分立). */
export const ADMINISTRATORS = ['system-administrator', 'security-administrator', 'audit-administrator']

/** Whether an account holds the office of another administrator than the system's, who then keeps out of it. */
export function isGuarded({ roles }: Pick<Account, 'roles'>): boolean {
  return roles.some((role) => role !== 'system-administrator' && ADMINISTRATORS.includes(role))
}

export function isJoined(roles: string[]): boolean {
  return roles.filter((role) => ADMINISTRATORS.includes(role)).length > 1
}
