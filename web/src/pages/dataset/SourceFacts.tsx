import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { ask, client } from '../../api/client'
import type { Source } from '../../api/types'
import { Facts } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { BatchLink } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** Where a dataset comes from by itself, and a way to fetch what is new now. */
export function SourceFacts({ source }: { source: Source }) {
  const { t } = useTranslation()
  const { word, period } = useWords()
  const queries = useQueryClient()
  const run = useMutation({
    mutationFn: () => ask(client.POST('/api/v1/sources/{id}/run', { params: { path: { id: source.id } } })),
    onSettled: () => void queries.invalidateQueries(),
  })
  return (
    <div className="source">
      <Facts
        items={[
          [t('source.title'), source.title],
          [t('source.channel'), word('channel', source.channel)],
          [t('source.every'), source.every ? period(source.every) : t('source.on-demand')],
          [t('batch.mode'), word('mode', source.mode)],
        ]}
      />
      {source.channel !== 'upload' && (
        <div className="actions no-print">
          <Button size="small" loading={run.isPending} onClick={() => run.mutate()} aria-label={t('source.run-one', { title: source.title })}>
            {t('source.run')}
          </Button>
          <span role="status">
            {run.isPending && t('source.running')}
            {run.data?.batches.length === 0 && t('source.nothing')}
            {run.data?.batches.map((id) => <BatchLink key={id} id={id} />)}
          </span>
        </div>
      )}
      {run.isError && <ProblemPanel error={run.error} doing={t('source.run')} />}
    </div>
  )
}
