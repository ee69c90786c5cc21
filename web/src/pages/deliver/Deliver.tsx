import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { batch as batchQuery, datasets, sources } from '../../api/queries'
import { type Delivery, upload } from '../../api/upload'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import * as format from '../../kit/format'
import { DeliverForm } from './DeliverForm'
import { Result } from './Result'

export function Deliver() {
  const { t } = useTranslation()
  const lines = useQuery(datasets)
  const known = useQuery(sources)
  const [address, setAddress] = useSearchParams()
  const batch = address.get('batch')
  const again = () => setAddress({})
  return (
    <Page title={t('menu.deliver')} about={t('deliver.about')}>
      {batch ? (
        <Followed id={batch} again={again} />
      ) : (
        <Loaded query={lines} doing={t('menu.deliver')}>
          {(list) => (
            <Sending
              // What a model makes nobody delivers.
              datasets={list.filter(({ origin, may }) => origin !== 'model' && may.includes('deliver'))}
              sources={known.data ?? []}
              dataset={address.get('dataset') ?? ''}
              onAccepted={(id) => setAddress({ batch: id })}
            />
          )}
        </Loaded>
      )}
    </Page>
  )
}

interface SendingProps {
  datasets: React.ComponentProps<typeof DeliverForm>['datasets']
  sources: React.ComponentProps<typeof DeliverForm>['sources']
  dataset: string
  onAccepted: (batch: string) => void
}

function Sending({ onAccepted, ...known }: SendingProps) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [share, setShare] = useState(0)
  const stop = useRef<AbortController>(null)
  const send = useMutation({
    mutationFn: (delivery: Delivery) => {
      stop.current = new AbortController()
      setShare(0)
      return upload(delivery, setShare, stop.current.signal)
    },
    onSuccess: (batch) => {
      void queries.invalidateQueries({ queryKey: ['batches'] })
      onAccepted(batch)
    },
  })
  const isCancelled = send.error instanceof DOMException
  return (
    <>
      {send.isPending && (
        <div className="surface padded" role="status">
          <p>
            {t('deliver.uploading', { name: send.variables.file.name })} ·{' '}
            {format.size(send.variables.file.size, i18n.language)}
          </p>
          <progress aria-label={t('deliver.progress')} value={share} max={1} />
          <div className="actions">
            <Button onClick={() => stop.current?.abort()}>{t('deliver.cancel')}</Button>
          </div>
        </div>
      )}
      {isCancelled && <p className="note" role="status">{t('deliver.cancelled')}</p>}
      {send.isError && !isCancelled && <ProblemPanel error={send.error} doing={t('menu.deliver')} />}
      <div hidden={send.isPending}>
        <DeliverForm {...known} onSend={(delivery) => send.mutate(delivery)} />
      </div>
    </>
  )
}

function Followed({ id, again }: { id: string; again: () => void }) {
  const { t } = useTranslation()
  const query = useQuery(batchQuery(id))
  return (
    <Loaded query={query} doing={t('batch.one')}>
      {(batch) => <Result batch={batch} again={again} />}
    </Loaded>
  )
}
