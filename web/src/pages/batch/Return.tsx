import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { type ChangeEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BatchDetail, Returned } from '../../api/types'
import { sentWithProgress } from '../../api/upload'
import { ReasonDialog } from '../../kit/ReasonDialog'

interface Props {
  batch: BatchDetail
  onReturned: (returned: Returned) => void
}

/** Takes the exported workbook back, with its cells mended: a file, and why. */
export function Return({ batch, onReturned }: Props) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<File>()
  const act = useMutation({
    mutationFn: (reason: string) => {
      const form = new FormData()
      form.append('reason', reason)
      if (file) form.append('file', file, file.name)
      return sentWithProgress<Returned>(`/batches/${batch.id}/quarantine.xlsx`, form, () => undefined, new AbortController().signal)
    },
    onSuccess: (returned) => {
      onReturned(returned)
      setFile(undefined)
      void queries.invalidateQueries()
    },
  })
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    act.reset()
    setFile(event.target.files?.[0])
    // The same file can be chosen once more.
    event.target.value = ''
  }
  return (
    <>
      <input ref={input} type="file" accept=".xlsx" hidden aria-label={t('quarantine.return')} onChange={choose} />
      <Button onClick={() => input.current?.click()}>{t('quarantine.return')}</Button>
      {file && (
        <ReasonDialog
          title={t('quarantine.return')}
          confirm={t('quarantine.return-do')}
          stock={t('quarantine.return-stock').split('|')}
          busy={act.isPending}
          error={act.error}
          onConfirm={(reason) => act.mutate(reason)}
          onClose={() => setFile(undefined)}
        >
          <p>{t('quarantine.return-about', { file: file.name })}</p>
        </ReasonDialog>
      )}
    </>
  )
}

/** How many rows of a workbook were mended, went into the lake, came back as they went, or had left before. */
export function ReturnTold({ returned }: { returned: Returned }) {
  const { t } = useTranslation()
  const counts = [
    t('quarantine.returned', { count: returned.corrected.length, released: returned.released.released.length }),
    returned.unchanged > 0 && t('quarantine.returned-same', { count: returned.unchanged }),
    returned.left.length > 0 && t('quarantine.returned-left', { count: returned.left.length }),
  ]
  return (
    <p className="note" role="status">
      {counts.filter(Boolean).join(t('app.semicolon'))}
    </p>
  )
}
