import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { datasets } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { type Column, DataTable } from '../../kit/DataTable'
import { Nothing } from '../../kit/Loaded'
import { Code, DatasetLink, Num, Raw, Time } from '../../kit/Text'

type Reference = DatasetDetail['references'][number]

/** Which columns point at other datasets, and how many of their values the other side does not have. */
export function References({ references, checks }: { references: Reference[]; checks: DatasetDetail['checks'] }) {
  const { t } = useTranslation()
  const { data: all = [] } = useQuery(datasets)
  const titleOf = (id: string) => all.find((one) => one.id === id)?.title ?? id
  const columns: Column<Reference>[] = [
    { key: 'check', title: t('reference.check'), render: (one) => checks.find(({ name }) => name === one.check)?.title ?? <Code>{one.check}</Code> },
    {
      key: 'target',
      full: true,
      title: t('reference.target'),
      render: (one) => {
        const [pack, name, column] = one.target.split('.')
        return (
          <div className="two-lines">
            <DatasetLink id={`${pack}.${name}`} title={titleOf(`${pack}.${name}`)} />
            <Code>{column}</Code>
          </div>
        )
      },
    },
    { key: 'rows', title: t('reference.rows'), align: 'right', render: (one) => <Num value={one.rows} /> },
    {
      key: 'orphans',
      title: t('reference.orphans'),
      align: 'right',
      render: (one) => (
        <span className={one.orphans > 0 ? 'score score-due' : ''}>
          <Num value={one.orphans} />
        </span>
      ),
    },
    {
      key: 'samples',
      full: true,
      title: t('finding.sample'),
      render: (one) =>
        one.samples.length === 0
          ? '—'
          : one.samples.slice(0, 3).map((text) => (
              <span key={text} className="frequent">
                <Raw text={text} />
              </span>
            )),
    },
    { key: 'at', full: true, title: t('reference.at'), render: (one) => <Time at={one.looked_at} /> },
  ]
  return (
    <DataTable
      label={t('dataset.references')}
      columns={columns}
      rows={references}
      rowKey={(one) => one.check}
      empty={<Nothing title={t('reference.none')} />}
    />
  )
}
