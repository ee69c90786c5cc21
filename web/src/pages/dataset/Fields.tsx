import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { EntryColumn } from '../../api/ledger'
import { lineage } from '../../api/lineage'
import type { DatasetDetail, Declared } from '../../api/types'
import { type Column, DataTable } from '../../kit/DataTable'
import { useEntryTitle } from '../../kit/entry'
import { Nothing } from '../../kit/Loaded'
import { Tag } from '../../kit/Page'
import { Code, Hint } from '../../kit/Text'
import { unitName } from '../../kit/units'
import { useWords } from '../../kit/words'
import { grades, isStricter } from './grade'
import { References } from './References'

export function Fields({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const { type, word } = useWords()
  const columns: Column<Declared>[] = [
    {
      key: 'title',
      title: t('field.title'),
      render: (column) => (
        <div className="two-lines">
          <span>
            {column.title} {dataset.key.includes(column.name) && <Tag>{t('field.key')}</Tag>}
          </span>
          <Code>{column.name}</Code>
        </div>
      ),
    },
    {
      key: 'type',
      title: t('field.type'),
      render: (column) => (
        <div className="two-lines">
          <span>
            {type(column.type)}
            {column.unit && ` · ${unitName(word('unit', column.unit))}`}
          </span>
          <Hint>{t(column.required ? 'field.needed' : 'field.optional')}</Hint>
        </div>
      ),
    },
    { key: 'standard', full: true, title: t('field.standard'), render: (column) => <Standard column={column} /> },
    { key: 'grade', title: t('dataset.grade'), render: (column) => <Grade dataset={dataset} column={column} /> },
    {
      key: 'checks',
      full: true,
      title: t('field.checks'),
      render: (column) => <span className="wrap">{checksOf(dataset, column.name).join(t('app.comma')) || '—'}</span>,
    },
    ...(dataset.origin === 'model'
      ? []
      : [
          {
            key: 'from',
            full: true,
            title: t('field.from'),
            render: (column: Declared) => <span className="wrap">{column.from.join(t('app.comma'))}</span>,
          },
        ]),
    {
      key: 'lineage',
      title: t('menu.lineage'),
      render: (column) => (
        <Link to={`/lineage?of=${encodeURIComponent(`${dataset.id}.${column.name}`)}&columns=yes`} aria-label={t('field.lineage-of', { title: column.title })}>
          {t('field.lineage')}
        </Link>
      ),
    },
  ]
  return (
    <>
      <DataTable
        label={t('dataset.fields')}
        columns={columns}
        rows={dataset.columns}
        rowKey={(column) => column.name}
        empty={<Nothing title={t('dataset.no-fields')} />}
      />
      {dataset.references.length > 0 && (
        <>
          <h3 className="padded-line">{t('dataset.references-count', { count: dataset.references.length })}</h3>
          <References dataset={dataset} />
        </>
      )}
    </>
  )
}

function Standard({ column }: { column: Declared }) {
  const { t } = useTranslation()
  const { word } = useWords()
  if (column.standard) return word('standard', column.standard)
  if (!column.codes) return '—'
  return (
    <span>
      {t('field.codes')} <Code>{column.codes}</Code>
    </span>
  )
}

/** The declared grade; beside it the stricter one of what a model made the column of. */
function Grade({ dataset, column }: { dataset: DatasetDetail; column: Declared }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { data } = useQuery({
    ...lineage({ of: dataset.id, direction: 'up', depth: 1, columns: true }),
    enabled: dataset.origin === 'model',
    staleTime: 60_000,
  })
  const inherited = data && grades(data).get(column.name)
  if (!inherited) return word('grade', column.grade)
  const isHigher = isStricter(inherited.grade, column.grade)
  return (
    <div className="two-lines">
      <span>{word('grade', column.grade)}</span>
      <Hint>
        {t(isHigher ? 'field.inherits-higher' : 'field.inherits', { grade: word('grade', inherited.grade) })}
      </Hint>
    </div>
  )
}

/** Rules that name the column; what is said of a column itself (required, standard) stands in its own place. */
function checksOf(dataset: DatasetDetail, column: string): string[] {
  return dataset.checks.filter(({ name }) => new RegExp(`(^|[._-])${column}($|[._-])`).test(name)).map(({ title, name }) => title ?? name)
}

/** Fields of an entry whose data is not here. */
export function EntryFields({ columns: rows }: { columns: EntryColumn[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const title = useEntryTitle()
  const columns: Column<EntryColumn>[] = [
    {
      key: 'title',
      title: t('field.title'),
      render: (column) => (
        <div className="two-lines">
          <span>{title(column.title)}</span>
          <Code>{column.name}</Code>
        </div>
      ),
    },
    { key: 'type', title: t('field.type'), render: (column) => <Code>{column.type}</Code> },
    { key: 'standard', title: t('field.standard'), render: (column) => word('standard', column.standard) },
    { key: 'grade', title: t('dataset.grade'), render: (column) => word('grade', column.grade) },
    { key: 'about', title: t('field.about'), full: true, render: (column) => <span className="wrap">{column.about ?? '—'}</span> },
  ]
  return (
    <DataTable
      label={t('dataset.fields')}
      columns={columns}
      rows={rows}
      rowKey={(column) => column.name}
      empty={<Nothing title={t('dataset.no-fields')} />}
    />
  )
}
