import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Entry, moveEntry } from '../../api/ledger'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { useWords } from '../../kit/words'
import { type Move, moves } from './moves'

/** The steps that an entry may take now, each with a reason that stays in its history. */
export function LifeCycle({ entry, etag }: { entry: Entry; etag: string | undefined }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const queries = useQueryClient()
  const [asking, setAsking] = useState<Move>()
  const move = useMutation({
    mutationFn: ({ to, reason }: { to: Move['to']; reason: string }) => moveEntry(entry.id, to, reason, etag),
    onSuccess: async () => {
      setAsking(undefined)
      await queries.invalidateQueries({ queryKey: ['ledger'] })
    },
  })
  const name = (one: Move) => t(`move.${one.to}`)
  return (
    <>
      {moves(entry.moves).map((one) => (
        <Button
          key={one.to}
          danger={one.isDanger}
          type={one.isMain ? 'primary' : 'default'}
          onClick={() => {
            move.reset()
            setAsking(one)
          }}
        >
          {name(one)}
        </Button>
      ))}
      {asking && (
        <ReasonDialog
          title={`${name(asking)}${t('app.colon')}${entry.title.zh}`}
          confirm={name(asking)}
          danger={asking.isDanger}
          stock={t(`move.${asking.to}-stock`).split('|')}
          busy={move.isPending}
          error={move.error}
          onConfirm={(reason) => move.mutate({ to: asking.to, reason })}
          onClose={() => setAsking(undefined)}
        >
          <p>{t(`move.${asking.to}-about`)}</p>
          {entry.lacks.length > 0 && asking.to !== 'withdrawn' && asking.to !== 'drafted' && (
            <p className="note note-warning">
              {t('move.lacks')} {entry.lacks.map((lack) => word('element', lack)).join(t('app.comma'))}
            </p>
          )}
        </ReasonDialog>
      )}
    </>
  )
}
