import { useTranslation } from 'react-i18next'
import type { Profile } from '../../api/types'
import { CellValue } from '../../kit/CellValue'
import { type Column, DataTable } from '../../kit/DataTable'
import { Nothing } from '../../kit/Loaded'
import { Num, Raw } from '../../kit/Text'
import * as format from '../../kit/format'
import { useKeptBack } from '../../kit/useKeptBack'
import { useWhyDialog } from '../../kit/useWhyDialog'

/** What the values of each column look like. Of one whose cells are kept back nothing is told but how many there are. */
export function ProfileTable({ dataset, profile, titles }: { dataset: string; profile: Profile[]; titles: Map<string, string> }) {
  const { t } = useTranslation()
  const kept = useKeptBack(dataset)
  const { tellWhy, dialog } = useWhyDialog()
  const columns: Column<Profile>[] = [
    {
      key: 'column',
      title: t('finding.column'),
      render: (one) => (
        <div className="two-lines">
          <span>{titles.get(one.column) ?? one.column}</span>
          <code className="code hint">{one.column}</code>
        </div>
      ),
    },
    {
      key: 'nulls',
      title: t('profile.empty'),
      align: 'right',
      render: (one) => (one.rows > 0 ? format.share(one.nulls / one.rows) : '—'),
    },
    { key: 'distinct', title: t('profile.distinct'), align: 'right', render: (one) => <Num value={one.distinct} /> },
    {
      key: 'min',
      full: true,
      title: t('profile.min'),
      render: (one) =>
        kept.is(one.column) ? (
          <CellValue masked={kept.of([one.column], titles.get(one.column) ?? one.column)} isEmpty isFirst onWhy={tellWhy} />
        ) : (
          <Short text={one.min} />
        ),
    },
    { key: 'max', full: true, title: t('profile.max'), render: (one) => <Short text={one.max} /> },
    {
      key: 'frequent',
      title: t('profile.frequent'),
      onlyWide: true,
      render: (one) => (
        <span className="clip" translate="no">
          {one.frequent.slice(0, 3).map((value) => (
            <span key={value.value} className="frequent">
              <Raw text={value.value} /> <span className="hint num">{value.rows}</span>
            </span>
          ))}
        </span>
      ),
    },
    {
      key: 'patterns',
      title: t('profile.patterns'),
      onlyWide: true,
      render: (one) => (
        <code className="code clip-short">{one.patterns.slice(0, 3).map((pattern) => pattern.value).join('  ')}</code>
      ),
    },
  ]
  return (
    <>
      <DataTable
        dense
        label={t('batch.profile')}
        columns={columns}
        rows={profile}
        rowKey={(one) => one.column}
        empty={<Nothing title={t('profile.none')} />}
      />
      {dialog}
    </>
  )
}

function Short({ text }: { text: string | null | undefined }) {
  return text ? (
    <span className="clip-short">
      <Raw text={text} />
    </span>
  ) : (
    '—'
  )
}
