import { useQuery } from '@tanstack/react-query'
import { type Action, type Duty, type Who, session } from '../api/access'
import { useReaderName } from './useReaderName'

/** Until it is known who asks, and on a wall, which asks nobody. */
const NOBODY: Who = { kind: 'visitor', is_claimed: true, account: null, purpose: null, means: null, openid: null, ends_at: null, idle_minutes: 0, actions: [], duties: [] }

export interface Session {
  who: Who
  /** Whether something may be done in the city, or to some dataset. */
  may: (what: Action | Duty) => boolean
  /** Whoever works here, as it is written on what leaves the page. */
  name: string
}

export function useSession(): Session {
  const nameOf = useReaderName()
  // The shell reads it; whoever asks here takes what is there.
  const { data: who = NOBODY } = useQuery({ ...session, enabled: false })
  return { who, may: (what) => who.actions.includes(what) || who.duties.includes(what), name: nameOf(who) }
}
