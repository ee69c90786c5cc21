import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { batch as batchQuery, latestBatches } from '../../api/queries'
import type { Batch, DatasetDetail } from '../../api/types'
import { type Column, DataTable } from '../../kit/DataTable'
import { useDeliveredAs } from '../../kit/delivered'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section, Tag } from '../../kit/Page'
import { BatchLink, BatchScore, Code, Hint } from '../../kit/Text'
import { type Point, Trend } from '../../kit/Trend'
import { useWords } from '../../kit/words'
import { Findings } from '../batch/Findings'
import { Scores } from '../batch/Scores'
import { titlesOf } from '../batch/titles'

const SHOWN = 30

export function Quality({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const recent = useQuery(latestBatches({ dataset: dataset.id, limit: SHOWN }))
  return (
    <div className="padded">
      <Loaded query={recent} doing={t('dataset.quality')}>
        {(batches) => <Scored dataset={dataset} batches={batches.filter((batch) => typeof batch.score === 'number')} />}
      </Loaded>
      <Section title={t('dataset.checks', { count: dataset.checks.length })} flush>
        <Checks checks={dataset.checks} />
      </Section>
    </div>
  )
}

function Scored({ dataset, batches }: { dataset: DatasetDetail; batches: Batch[] }) {
  const { t } = useTranslation()
  const nameOf = useDeliveredAs()
  const [last] = batches
  const detail = useQuery({ ...batchQuery(last?.id ?? ''), enabled: last !== undefined })
  if (!last) return <Nothing title={t('score.never')} />
  const points = batches.map<Point>((batch) => ({ at: batch.started_at, value: batch.score ?? 0 })).reverse()
  return (
    <>
      <div className="two-columns">
        <Section title={t('score.last')} extra={<BatchScore batch={last} />}>
          <Loaded query={detail} doing={t('score.last')}>
            {(batch) => <Scores scores={batch.scores} />}
          </Loaded>
        </Section>
        <Section title={t('score.trend')}>
          <Trend label={t('score.trend')} points={points} />
        </Section>
      </div>
      <Section title={t('score.findings')} extra={<BatchLink id={last.id}>{nameOf(last)}</BatchLink>} flush>
        <Loaded query={detail} doing={t('score.findings')}>
          {(batch) => <Findings batch={batch} titles={titlesOf(dataset)} />}
        </Loaded>
      </Section>
    </>
  )
}

type Check = DatasetDetail['checks'][number]

function Checks({ checks }: { checks: Check[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<Check>[] = [
    { key: 'title', title: t('check.title'), render: (check) => check.title ?? <Hint>{t('check.untitled')}</Hint> },
    { key: 'name', title: t('check.name'), render: (check) => <Code>{check.name}</Code> },
    {
      key: 'level',
      title: t('finding.level'),
      render: (check) => <Tag tone={check.level === 'hard' ? 'hard' : 'soft'}>{word('level', check.level)}</Tag>,
    },
    { key: 'dimension', title: t('finding.dimension'), render: (check) => word('dimension', check.dimension) },
  ]
  return (
    <DataTable
      label={t('dataset.checks', { count: checks.length })}
      columns={columns}
      rows={checks}
      rowKey={(check) => check.name}
      empty={<Nothing title={t('check.none')} />}
    />
  )
}
