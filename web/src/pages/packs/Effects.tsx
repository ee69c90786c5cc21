import { useTranslation } from 'react-i18next'
import type { DatasetChange, RowCounts } from '../../api/changes'
import { type Column, DataTable } from '../../kit/DataTable'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { BatchLink, Code, DatasetLink, Hint, Num } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { saidOf } from './said'

const LOOKS: Record<string, LampState> = { none: 'good', release: 'good', note: 'good', refresh: 'due', hide: 'due', recheck: 'due', convert: 'due' }

/** What becomes of each dataset: what changed in its declaration, and how many stored rows that touches. */
export function Effects({ datasets }: { datasets: DatasetChange[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<DatasetChange>[] = [
    { key: 'id', title: t('dataset.one'), render: (one) => <DatasetLink id={one.id} /> },
    {
      key: 'changes',
      title: t('change.what'),
      full: true,
      render: (one) => (
        <ul className="wrap versions">
          {one.changes.map((change) => (
            <li key={JSON.stringify(change)}>
              {word('pack-change', change.what)} {change.name && <Code>{change.name}</Code>}{' '}
              {change.what === 'model-sql' ? <Sql from={change.from} to={change.to} /> : <Parts change={change} />}
            </li>
          ))}
        </ul>
      ),
    },
    { key: 'effect', title: t('change.effect'), render: (one) => <Lamp state={LOOKS[one.effect] ?? 'due'}>{word('effect', one.effect)}</Lamp> },
    { key: 'rows', title: t('dataset.rows'), align: 'right', render: (one) => <Num value={one.rows} /> },
  ]
  // Where no row is read there is nothing to count.
  if (datasets.some(({ counts }) => counts)) {
    columns.push(
      { key: 'converted', title: t('change.converted'), align: 'right', render: (one) => <Counted value={one.counts?.rows_converted} /> },
      { key: 'quarantined', title: t('change.quarantined'), align: 'right', render: (one) => <Counted value={one.counts?.rows_quarantined} isBad /> },
    )
  }
  return (
    <DataTable
      dense
      label={t('change.title')}
      columns={columns}
      rows={datasets}
      rowKey={(one) => one.id}
      empty={<Hint>{t('change.no-datasets')}</Hint>}
      expand={{
        title: t('change.samples'),
        can: (one) => (one.counts?.samples.length ?? 0) > 0,
        render: (one) => one.counts && <Samples counts={one.counts} />,
      }}
    />
  )
}

/** The parts of a declaration that change, in words. */
export function Parts({ change }: { change: Parameters<typeof saidOf>[0] }) {
  const { t } = useTranslation()
  const { word, type } = useWords()
  const shown = (list: string | undefined, value: string | null) => {
    if (!value || !list) return value ?? '—'
    const known = word(list === 'meaning' ? 'standard' : list, value)
    return list === 'meaning' && known === value ? type(value) : known
  }
  return saidOf(change).map(({ name, list, from, to }) => (
    <Hint key={name ?? ''}>
      {name && (PARTS[name] ? t(PARTS[name]) : name)} {from !== null && `${shown(list, from)} → `}
      {shown(list, to)}{' '}
    </Hint>
  ))
}

const PARTS: Record<string, 'pack-change.sharing' | 'pack-change.title' | 'pack-change.check-level' | 'figure.basis'> = {
  class: 'pack-change.sharing',
  title: 'pack-change.title',
  level: 'pack-change.check-level',
  basis: 'figure.basis',
}

/** A SELECT is long, and is opened by whoever wants to read it. */
function Sql({ from, to }: { from: string | null | undefined; to: string | null | undefined }) {
  const { t } = useTranslation()
  return (
    <details>
      <summary>{t('change.sql')}</summary>
      {[from, to].map((sql, place) => sql && <pre key={place === 0 ? 'from' : 'to'}>{sql}</pre>)}
    </details>
  )
}

function Counted({ value, isBad }: { value: number | undefined; isBad?: boolean }) {
  if (value === undefined) return '—'
  return (
    <span className={isBad && value > 0 ? 'score score-late' : ''}>
      <Num value={value} />
    </span>
  )
}

function Samples({ counts }: { counts: RowCounts }) {
  const { t } = useTranslation()
  const { reason } = useWords()
  return (
    <div className="padded-line">
      <p>
        {Object.entries(counts.reasons).map(([code, rows]) => (
          <span key={code} className="frequent">
            {reason(code, null)} <Num value={rows} />
          </span>
        ))}
      </p>
      <ul>
        {counts.samples.map((sample) => (
          <li key={`${sample.batch}/${sample.row}`} className="break">
            <BatchLink id={sample.batch} /> {t('quarantine.row-title', { row: sample.row })}{' '}
            <Hint>{sample.reasons.map((code) => reason(code, null)).join(t('app.comma'))}</Hint>{' '}
            <Code>{Object.entries(sample.cells).map(([name, cell]) => `${name}=${cell ?? '—'}`).join(' ')}</Code>
          </li>
        ))}
      </ul>
    </div>
  )
}
