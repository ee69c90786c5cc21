import { useQuery } from '@tanstack/react-query'
import Drawer from 'antd/es/drawer'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type Entry, entry as entryQuery } from '../../api/ledger'
import { Completeness, EntryLamp, StatusLamp, Tags, useEntryTitle } from '../../kit/entry'
import { Loaded } from '../../kit/Loaded'
import { Code, DatasetLink, Score, Short } from '../../kit/Text'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useWords } from '../../kit/words'

/** Two entries side by side: what differs is marked, and so are the fields that both have. */
export function Compare({ ids: [left, right], onClose }: { ids: [string, string]; onClose: () => void }) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  useReturnFocus()
  const one = useQuery(entryQuery(left))
  const other = useQuery(entryQuery(right))
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? '100%' : 920}
      title={t('compare.title')}
      closable={{ 'aria-label': t('action.close') }}
    >
      <Loaded query={one} doing={left}>
        {(first) => (
          <Loaded query={other} doing={right}>
            {(second) => <Table one={first.data} other={second.data} />}
          </Loaded>
        )}
      </Loaded>
    </Drawer>
  )
}

function Table({ one, other }: { one: Entry; other: Entry }) {
  const { t } = useTranslation()
  const lines = useLines()
  const names = [...new Set([...(one.columns ?? []), ...(other.columns ?? [])].map(({ name }) => name))]
  const has = (entry: Entry, name: string) => entry.columns?.find((column) => column.name === name)
  const title = useEntryTitle()
  return (
    <div className="table-holder" tabIndex={0} role="region" aria-label={t('compare.title')}>
      <table className="plain-table compare">
        <thead>
          <tr>
            <th scope="col">{t('compare.what')}</th>
            {[one, other].map((entry) => (
              <th key={entry.id} scope="col">
                <div className="two-lines">
                  <DatasetLink id={entry.id} title={title(entry.title)} />
                  <Code>{entry.id}</Code>
                </div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, key, show }) => (
            <tr key={name} className={key(one) === key(other) ? '' : 'differs'}>
              <th scope="row">{name}</th>
              <td>{show(one)}</td>
              <td>{show(other)}</td>
            </tr>
          ))}
          <tr>
            <th scope="rowgroup" colSpan={3} className="compare-group">
              {t('compare.fields', { count: names.filter((name) => has(one, name) && has(other, name)).length })}
            </th>
          </tr>
          {names.map((name) => (
            <tr key={name} className={has(one, name) && has(other, name) ? 'shared' : ''}>
              <th scope="row">
                <Code>{name}</Code>
              </th>
              {[one, other].map((entry) => {
                const column = has(entry, name)
                return <td key={entry.id}>{column ? `${title(column.title)} · ${column.type}` : <span className="hint">{t('compare.absent')}</span>}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface Line {
  name: string
  key: (entry: Entry) => unknown
  show: (entry: Entry) => ReactNode
}

function useLines(): Line[] {
  const { t } = useTranslation()
  const { word } = useWords()
  const plain = (name: string, show: (entry: Entry) => string): Line => ({ name, key: show, show })
  return [
    plain(t('dataset.owner'), (entry) => entry.owner),
    plain(t('dataset.steward'), (entry) => entry.steward ?? '—'),
    { name: t('entry.status'), key: (entry) => entry.status, show: (entry) => <StatusLamp status={entry.status} /> },
    { name: t('entry.completeness'), key: (entry) => entry.lacks.length, show: (entry) => <Completeness lacks={entry.lacks} /> },
    plain(t('dataset.refresh'), (entry) => word('refresh', entry.refresh)),
    { name: t('dataset.freshness'), key: (entry) => entry.facts.fresh, show: (entry) => <EntryLamp entry={entry} /> },
    plain(t('dataset.grade'), (entry) => word('grade', entry.grade)),
    plain(t('dataset.sharing'), (entry) => word('sharing', entry.sharing.class)),
    plain(t('dataset.opening'), (entry) => word('opening', entry.opening)),
    plain(t('dataset.origin'), (entry) => word('origin', entry.origin)),
    {
      name: t('dataset.rows'),
      key: (entry) => entry.facts.rows,
      show: (entry) => (typeof entry.facts.rows === 'number' ? <Short value={entry.facts.rows} /> : '—'),
    },
    { name: t('dataset.quality'), key: (entry) => entry.facts.score, show: (entry) => <Score value={entry.facts.score} /> },
    plain(t('entry.uses'), (entry) => String(entry.facts.uses_30_days)),
    { name: t('entry.tags'), key: (entry) => entry.tags.join(), show: (entry) => <Tags list={entry.tags} /> },
  ]
}
