import { useTranslation } from 'react-i18next'
import type { DatasetDetail } from '../../api/types'
import { CellValue } from '../../kit/CellValue'
import { type Column, DataTable } from '../../kit/DataTable'
import { Nothing } from '../../kit/Loaded'
import { Code, DatasetLink, Num, Raw, Time } from '../../kit/Text'
import { useDatasetTitles } from '../../kit/useDatasetTitles'
import { useKeptBack } from '../../kit/useKeptBack'
import { useWhyDialog } from '../../kit/useWhyDialog'

type Reference = DatasetDetail['references'][number]

/** Which columns point at other datasets, how many of their values the other side does not have, and some of these. */
export function References({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const titles = useDatasetTitles()
  const kept = useKeptBack(dataset.id)
  const { tellWhy, dialog } = useWhyDialog()
  const titleOfColumn = (name: string) => dataset.columns.find((column) => column.name === name)?.title ?? name
  const titleOf = (id: string) => titles.get(id) ?? id
  const columns: Column<Reference>[] = [
    { key: 'check', title: t('reference.check'), render: (one) => dataset.checks.find(({ name }) => name === one.check)?.title ?? <Code>{one.check}</Code> },
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
      render: (one) => {
        if (one.hidden) {
          const title = one.hidden.map(titleOfColumn).join(t('app.comma'))
          return <CellValue masked={kept.of(one.hidden, title)} isEmpty isFirst onWhy={tellWhy} />
        }
        if (one.samples.length === 0) return '—'
        return one.samples.slice(0, 3).map((text) => (
          <span key={text} className="frequent">
            <Raw text={text} />
          </span>
        ))
      },
    },
    { key: 'at', full: true, title: t('reference.at'), render: (one) => <Time at={one.looked_at} /> },
  ]
  return (
    <>
      <DataTable
        label={t('dataset.references')}
        columns={columns}
        rows={dataset.references}
        rowKey={(one) => one.check}
        empty={<Nothing title={t('reference.none')} />}
      />
      {dialog}
    </>
  )
}
