import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanDecision } from '../../api/plans'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Decided } from './Decided'
import { type Seen, holding, seenAgain } from './holding'

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
  /** Whether it may still be decided so, as it stands now. */
  isOpen: (now: Stand) => boolean
  /** The word of a state. */
  told: (state: string) => string
  /** What is decided about. */
  children?: ReactNode
  onClose: () => void
}

const standOf = ({ state, decided }: Stand) => [state, decided?.at]

/**
 * Asks why something is decided so, and decides it as it was seen. Where somebody else was faster, what they decided is told, and
 * the lists have it; what may still be decided is decided then as it was told.
 */
export function Decide({ plan, title, confirm, stock, send, again, isOpen, told, children, onClose, ...opened }: Props) {
  const queries = useQueryClient()
  const [seen, setSeen] = useState<Seen<Stand>>({ about: opened.seen, etag: opened.etag })
  const [other, setOther] = useState<Stand>()
  /** Whether it stands as it was seen; what stands otherwise is told. */
  const look = async () => {
    const { now, etag } = await again()
    const looked = seenAgain(seen, now, etag, standOf)
    if (!looked.holds) setOther(now)
    setSeen(looked.seen)
    return { holds: looked.holds, etag }
  }
  const decide = useMutation({
    mutationFn: (reason: string) => {
      setOther(undefined)
      return holding(seen.etag, (match) => send(reason, match), look)
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['plan', plan] })
      onClose()
    },
    onError: async () => {
      await look()
      await queries.invalidateQueries({ queryKey: ['plan', plan] })
    },
  })
  const overtaken = other && <Overtaken stand={other} told={told} />
  const isOver = other !== undefined && !isOpen(other)
  return (
    <ReasonDialog
      title={title}
      confirm={confirm}
      stock={stock}
      busy={decide.isPending}
      error={other ? null : decide.error}
      onConfirm={(reason) => decide.mutate(reason)}
      onClose={onClose}
      {...(isOver && { over: overtaken })}
    >
      {children}
      {!isOver && overtaken}
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
