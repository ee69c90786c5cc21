import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanDecision } from '../../api/plans'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Decided } from './Decided'
import { holding, isAsTold } from './holding'

/** How something stands that is decided about, and who decided that. */
export interface Stand {
  state: string
  decided?: PlanDecision | null | undefined
}

interface Props {
  plan: string
  /** The revision in which it was seen. */
  etag: string | undefined
  seen: Stand
  title: string
  confirm: string
  stock: string[]
  send: (reason: string, match: string | undefined) => Promise<unknown>
  /** How it stands now, and in which revision. */
  again: () => Promise<{ now: Stand | undefined; etag: string | undefined }>
  /** The word of a state. */
  told: (state: string) => string
  /** What is decided about. */
  children?: ReactNode
  onClose: () => void
}

const standOf = ({ state, decided }: Stand) => [state, decided?.at]

/**
 * Asks why something is decided so, and decides it as it was seen. Where somebody else was faster, what they decided is told, and
 * the lists have it.
 */
export function Decide({ plan, title, confirm, stock, send, again, told, children, onClose, ...opened }: Props) {
  const queries = useQueryClient()
  const [{ seen, etag }] = useState({ seen: opened.seen, etag: opened.etag })
  const [other, setOther] = useState<Stand>()
  /** Whether it stands as it was seen; what stands otherwise is told. */
  const look = async () => {
    const { now, etag: fresh } = await again()
    const holds = !now || isAsTold(standOf(now), standOf(seen))
    if (!holds) setOther(now)
    return { holds, etag: fresh }
  }
  const decide = useMutation({
    mutationFn: (reason: string) => holding(etag, (match) => send(reason, match), look),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['plan', plan] })
      onClose()
    },
    onError: async () => {
      await look()
      await queries.invalidateQueries({ queryKey: ['plan', plan] })
    },
  })
  return (
    <ReasonDialog
      title={title}
      confirm={confirm}
      stock={stock}
      busy={decide.isPending}
      error={decide.error}
      onConfirm={(reason) => decide.mutate(reason)}
      onClose={onClose}
      {...(other && { over: <Overtaken stand={other} told={told} /> })}
    >
      {children}
    </ReasonDialog>
  )
}

function Overtaken({ stand, told }: { stand: Stand; told: Props['told'] }) {
  const { t } = useTranslation()
  return (
    <div className="note" role="status">
      <p>{t('plans.overtaken', { state: told(stand.state) })}</p>
      {stand.decided && <Decided by={stand.decided} />}
    </div>
  )
}
