import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type SummaryLine, lookAgain, summary } from '../../api/classification'
import { type Column, DataTable } from '../../kit/DataTable'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { DatasetLink, Hint } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** How far each dataset is, by department. */
export function Progress() {
  const { t } = useTranslation()
  const query = useQuery(summary)
  const queries = useQueryClient()
  const again = useMutation({
    mutationFn: () => lookAgain(),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['classification'] }),
  })
  return (
    <>
      <div className="actions padded-line no-print">
        <Button loading={again.isPending} onClick={() => again.mutate()}>
          {t('classification.look-again')}
        </Button>
        <Hint>{t('classification.look-again-about')}</Hint>
      </div>
      {again.isError && <ProblemPanel error={again.error} doing={t('classification.look-again')} />}
      <Loaded query={query} doing={t('classification.progress')}>
        {(known) => <Rows lines={known.datasets} />}
      </Loaded>
    </>
  )
}

function Rows({ lines }: { lines: SummaryLine[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<SummaryLine>[] = [
    { key: 'dataset', title: t('dataset.one'), render: (one) => <DatasetLink id={one.dataset} title={one.title} /> },
    { key: 'owner', title: t('classification.owner'), sort: (a, b) => a.owner.localeCompare(b.owner), render: (one) => <span translate="no">{one.owner}</span> },
    { key: 'grade', title: t('dataset.grade'), render: (one) => word('grade', one.grade) },
    {
      key: 'done',
      title: t('classification.done'),
      render: (one) => t('classification.done-of', { done: Math.min(one.fields, one.decided + one.rejected), fields: one.fields }),
    },
    {
      key: 'open',
      title: t('classification.open'),
      sort: (a, b) => a.open - b.open,
      render: (one) =>
        one.open === 0 ? (
          <Lamp state="good">{t('classification.all-done')}</Lamp>
        ) : (
          <Link to={`/classification?dataset=${one.dataset}`}>
            {t('classification.open-of', { open: one.open, higher: one.higher })}
          </Link>
        ),
    },
  ]
  return (
    <DataTable
      label={t('classification.progress')}
      columns={columns}
      rows={lines}
      rowKey={(one) => one.dataset}
      empty={<Nothing title={t('classification.no-datasets')}>{t('classification.no-datasets-help')}</Nothing>}
    />
  )
}
