import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import type { EntryHit } from '../../api/ledger'
import { type Column, DataTable } from '../../kit/DataTable'
import { Completeness, EntryLamp, StatusLamp, useEntryTitle } from '../../kit/entry'
import { Highlight } from '../../kit/Highlight'
import { Nothing } from '../../kit/Loaded'
import { Age, Code, DatasetLink, Hint, Num, Score, Short } from '../../kit/Text'
import { useWords } from '../../kit/words'

interface Props {
  entries: EntryHit[]
  asCards: boolean
  compared: string[]
  compare: (ids: string[]) => void
  clear: () => void
}

/** As many can be held side by side. */
export const MOST_COMPARED = 2

export function List({ entries, asCards, compared, compare, clear }: Props) {
  const { t } = useTranslation()
  const columns = useColumns()
  const title = useEntryTitle()
  return (
    <DataTable
      dense
      label={t('menu.catalogue')}
      columns={columns}
      rows={entries}
      rowKey={(one) => one.id}
      asCards={asCards}
      selection={{
        selectedRowKeys: compared,
        columnWidth: 40,
        hideSelectAll: true,
        columnTitle: <span className="visually-hidden">{t('compare.column')}</span>,
        onChange: (keys) => compare(keys.map(String)),
        getCheckboxProps: (one) => ({
          'aria-label': t('compare.choose', { title: title(one.title) }),
          disabled: compared.length >= MOST_COMPARED && !compared.includes(one.id),
        }),
      }}
      empty={
        <Nothing title={t('catalogue.none')}>
          <Button onClick={clear}>{t('catalogue.clear')}</Button>
        </Nothing>
      }
    />
  )
}

function useColumns(): Column<EntryHit>[] {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const title = useEntryTitle()
  return [
    {
      key: 'title',
      title: t('dataset.one'),
      render: (one) => (
        <div className="two-lines entry-name">
          <DatasetLink id={one.id} title={one.highlight?.title && i18n.language !== 'en' ? <Highlight pieces={one.highlight.title} /> : title(one.title)} />
          <Code>{one.code ?? one.id}</Code>
          <Columns highlight={one.highlight} />
        </div>
      ),
    },
    { key: 'owner', title: t('dataset.owner'), render: (one) => <span className="owner-cell">{one.owner}</span> },
    {
      key: 'status',
      title: t('entry.status'),
      render: (one) => (
        <div className="two-lines">
          <StatusLamp status={one.status} />
          <Completeness lacks={one.lacks} />
        </div>
      ),
    },
    {
      key: 'lamp',
      title: t('dataset.freshness'),
      render: (one) => (
        <div className="two-lines">
          <EntryLamp entry={one} />
          <Hint>
            {word('refresh', one.refresh)}
            {one.facts.last_at ? <> · <Age at={one.facts.last_at} /></> : !one.facts.rows && ` · ${t('dataset.never')}`}
          </Hint>
        </div>
      ),
    },
    {
      key: 'sharing',
      title: t('dataset.sharing'),
      render: (one) => (
        <div className="two-lines">
          <span>{word('sharing', one.sharing.class)}</span>
          <Hint>{word('grade', one.grade)}</Hint>
        </div>
      ),
    },
    {
      key: 'rows',
      title: t('dataset.rows'),
      align: 'right',
      render: (one) => (typeof one.facts.rows === 'number' ? <Short value={one.facts.rows} /> : <Hint>—</Hint>),
    },
    { key: 'score', title: t('dataset.quality'), align: 'right', render: (one) => (typeof one.facts.score === 'number' ? <Score value={one.facts.score} /> : <Hint>—</Hint>) },
    { key: 'uses', title: t('entry.uses'), align: 'right', render: (one) => <Num value={one.facts.uses_30_days} /> },
  ]
}

/** Columns that the words were found in. */
function Columns({ highlight }: Pick<EntryHit, 'highlight'>) {
  const found = Object.entries(highlight?.columns ?? {}).slice(0, 3)
  if (found.length === 0) return null
  return (
    <Hint>
      {found.map(([name, pieces]) => (
        <span key={name} className="found-column">
          <Highlight pieces={pieces} />
        </span>
      ))}
    </Hint>
  )
}
