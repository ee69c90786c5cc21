import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type AccountName, namesOf } from '../api/access'
import { ACCOUNT_ID } from './accountId'
import { useSession } from './useSession'
import { useWords } from './words'

const byId = (names: AccountName[]) => new Map(names.map(({ id, name }) => [id, name]))

/** What the accounts of a list are called, asked for at once; an id stays one where nobody is known by it. */
export function useAccountNames(ids: (string | null | undefined)[]): (id: string) => string {
  const { may } = useSession()
  const { principal } = useWords()
  const asked = useMemo(() => [...new Set(ids.filter((id) => typeof id === 'string' && ACCOUNT_ID.test(id)))].sort() as string[], [ids])
  const isTold = may('manage-policies') || may('audit')
  const { data: names } = useQuery({ ...namesOf(asked), enabled: isTold && asked.length > 0, select: byId, retry: false })
  return (id) => names?.get(id) ?? principal(id)
}
