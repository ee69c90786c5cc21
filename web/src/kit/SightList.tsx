import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SeenColumn, Sights } from '../api/access'
import { UsesLeft } from './UsesLeft'
import { useColumnTitled } from './ColumnsField'
import { type Column, DataTable } from './DataTable'
import { Nothing } from './Loaded'
import { type SightGroup as Group, byDataset, countOf } from './sights'
import { Code, DatasetLink, Hint } from './Text'
import { useDatasetTitles } from './useDatasetTitles'
import { useSession } from './useSession'
import { useWhyMasked } from './useWhyHidden'

/** What somebody sees: each dataset under each policy or grant, which rows, and which fields in what form. */
export function SightList({ sights, label }: { sights: Sights; label: string }) {
  const { t } = useTranslation()
  const columns: Column<Group>[] = [
    { key: 'dataset', title: t('dataset.one'), render: (one) => <Named id={one.dataset} /> },
    {
      key: 'policy',
      title: t('sights.policy'),
      full: true,
      render: (one) => (
        <ul className="sight-policy">
          {one.sights.map(({ policy, about, basis, uses_left }) => (
            <li key={policy} className="two-lines">
              <span translate="no">{about ?? policy}</span>
              <UsesLeft left={uses_left} />
              {basis && <Hint>{t('sights.basis', { basis })}</Hint>}
            </li>
          ))}
        </ul>
      ),
    },
    { key: 'rows', title: t('sights.rows'), render: (one) => t(one.sights.every(({ has_condition }) => has_condition) ? 'sights.some-rows' : 'sights.all-rows') },
    { key: 'columns', title: t('sights.columns'), full: true, render: (one) => <Folded of={one} /> },
  ]
  if (sights.everything) return <Nothing title={t('sights.everything')}>{t('sights.everything-about')}</Nothing>
  return (
    <DataTable
      dense
      label={label}
      columns={columns}
      rows={byDataset(sights.sights)}
      rowKey={(one) => one.dataset}
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

/** How many fields are shown as they are in all; which those are, and what is left of the others, when it is opened. */
function Folded({ of: { dataset, sights } }: { of: Group }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const titleOf = useColumnTitled(isOpen ? dataset : '')
  const { plain, others } = countOf(sights)
  return (
    <details className="sight-columns" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('sights.fields', { plain, others })}</summary>
      {isOpen &&
        sights.map(({ policy, has_condition, columns }) => (
          <div key={policy}>
            <p>
              <Hint>{t(has_condition ? 'sights.some-rows' : 'sights.all-rows')}</Hint> <Code>{policy}</Code>
            </p>
            <Columns columns={columns} titleOf={titleOf} />
          </div>
        ))}
    </details>
  )
}

/** Those that are shown as they are in one line, each other one with its mark and why. */
function Columns({ columns, titleOf }: { columns: SeenColumn[]; titleOf: (name: string) => string }) {
  const { t } = useTranslation()
  const plain = columns.filter(({ because }) => because === 'permitted')
  const others = columns.filter(({ because }) => because !== 'permitted')
  return (
    <>
      {plain.length > 0 && <p translate="no">{plain.map(({ name }) => titleOf(name)).join(t('app.comma'))}</p>}
      {others.length > 0 && (
        <ul>
          {others.map((column) => (
            <Masked key={column.name} column={column} titleOf={titleOf} />
          ))}
        </ul>
      )}
      {columns.length === 0 && <Hint>{t('sights.no-columns')}</Hint>}
    </>
  )
}

const MARKS: Record<string, string> = { withheld: '⊘', masked: '◐', grade: '◐' }

function Masked({ column, titleOf }: { column: SeenColumn; titleOf: (name: string) => string }) {
  const { t } = useTranslation()
  const whyMasked = useWhyMasked()
  const counting = column.gives_way_to ?? []
  const why = [...whyMasked(column), ...(counting.length > 0 ? [t('sights.gives-way', { policies: counting.join(t('app.comma')) })] : [])]
  return (
    <li>
      <span aria-hidden="true" className={column.because === 'withheld' ? 'sight-withheld' : 'sight-masked'}>
        {MARKS[column.because] ?? '◐'}
      </span>{' '}
      <span translate="no">{titleOf(column.name)}</span> <Hint>{why.join(t('app.semicolon'))}</Hint>
    </li>
  )
}
