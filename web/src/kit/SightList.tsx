import { useTranslation } from 'react-i18next'
import type { SeenColumn, Sight, Sights } from '../api/access'
import { type Column, DataTable } from './DataTable'
import { Nothing } from './Loaded'
import { Code, DatasetLink, Hint } from './Text'
import { useDatasetTitles } from './useDatasetTitles'
import { useSession } from './useSession'
import { useWhyMasked } from './useWhyHidden'

/** What somebody sees: each dataset under each policy or grant, which rows, and which fields in what form. */
export function SightList({ sights, label }: { sights: Sights; label: string }) {
  const { t } = useTranslation()
  const columns: Column<Sight>[] = [
    { key: 'dataset', title: t('dataset.one'), render: (one) => <Named id={one.dataset} /> },
    {
      key: 'policy',
      title: t('sights.policy'),
      full: true,
      render: (one) => (
        <div className="two-lines sight-policy">
          <span translate="no">{one.about ?? one.policy}</span>
          {one.basis && <Hint>{t('sights.basis', { basis: one.basis })}</Hint>}
          <Code>{one.policy}</Code>
        </div>
      ),
    },
    { key: 'rows', title: t('sights.rows'), render: (one) => t(one.has_condition ? 'sights.some-rows' : 'sights.all-rows') },
    { key: 'columns', title: t('sights.columns'), full: true, render: (one) => <Columns columns={one.columns} /> },
  ]
  if (sights.everything) return <Nothing title={t('sights.everything')}>{t('sights.everything-about')}</Nothing>
  return (
    <DataTable
      dense
      label={label}
      columns={columns}
      rows={sights.sights}
      rowKey={(one) => `${one.dataset} ${one.policy}`}
      empty={<Nothing title={t('sights.none')}>{t('sights.none-help')}</Nothing>}
    />
  )
}

function Named({ id }: { id: string }) {
  const titles = useDatasetTitles()
  const { may } = useSession()
  const title = titles.get(id)
  return (
    <div className="two-lines entry-name">
      {may('browse') ? <DatasetLink id={id} title={title ?? id} /> : <span translate="no">{title ?? id}</span>}
      {title && <Code>{id}</Code>}
    </div>
  )
}

/** Those that are shown as they are in one line, each other one with its mark and why. */
function Columns({ columns }: { columns: SeenColumn[] }) {
  const { t } = useTranslation()
  const plain = columns.filter(({ because }) => because === 'permitted')
  const others = columns.filter(({ because }) => because !== 'permitted')
  return (
    <div className="sight-columns">
      {plain.length > 0 && (
        <p>
          {plain.map(({ name }, place) => (
            <span key={name}>
              {place > 0 && t('app.comma')}
              <Code>{name}</Code>
            </span>
          ))}
        </p>
      )}
      {others.length > 0 && (
        <ul>
          {others.map((column) => (
            <Masked key={column.name} column={column} />
          ))}
        </ul>
      )}
      {columns.length === 0 && <Hint>{t('sights.no-columns')}</Hint>}
    </div>
  )
}

const MARKS: Record<string, string> = { withheld: '⊘', masked: '◐', grade: '◐' }

function Masked({ column }: { column: SeenColumn }) {
  const { t } = useTranslation()
  const whyMasked = useWhyMasked()
  const counting = column.gives_way_to ?? []
  const why = [...whyMasked(column), ...(counting.length > 0 ? [t('sights.gives-way', { policies: counting.join(t('app.comma')) })] : [])]
  return (
    <li>
      <span aria-hidden="true" className={column.because === 'withheld' ? 'sight-withheld' : 'sight-masked'}>
        {MARKS[column.because] ?? '◐'}
      </span>{' '}
      <Code>{column.name}</Code> <Hint>{why.join(t('app.semicolon'))}</Hint>
    </li>
  )
}
