import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Finding } from '../../api/types'
import { type Column, DataTable } from '../../kit/DataTable'
import { Nothing } from '../../kit/Loaded'
import { Tag } from '../../kit/Page'
import { CellText, Num } from '../../kit/Text'
import { useWords } from '../../kit/words'

interface Props {
  findings: Finding[]
  batch: string
  /** Titles of the columns of the dataset. */
  titles: Map<string, string>
}

/** What was wrong, how often, and cells that show it. Hard findings lead to their rows. */
export function Findings({ findings, batch, titles }: Props) {
  const { t } = useTranslation()
  const { word, reason } = useWords()
  const sorted = [...findings].sort(
    (one, other) => Number(other.level === 'hard') - Number(one.level === 'hard') || other.rows - one.rows,
  )
  const columns: Column<Finding>[] = [
    {
      key: 'reason',
      title: t('finding.reason'),
      render: (finding) => <strong className="weight-500">{reason(finding.reason, finding.title)}</strong>,
    },
    {
      key: 'column',
      title: t('finding.column'),
      render: (finding) => (finding.column ? (titles.get(finding.column) ?? finding.column) : t('finding.whole-row')),
    },
    {
      key: 'level',
      title: t('finding.level'),
      render: (finding) => (
        <Tag tone={finding.level === 'hard' ? 'hard' : 'soft'}>{word('level', finding.level)}</Tag>
      ),
    },
    { key: 'dimension', title: t('finding.dimension'), render: (finding) => word('dimension', finding.dimension) },
    {
      key: 'rows',
      title: t('finding.rows'),
      align: 'right',
      render: (finding) =>
        finding.level === 'hard' ? (
          <Link to={`/batches/${batch}?tab=quarantine&reason=${encodeURIComponent(finding.reason)}`}>
            <Num value={finding.rows} />
          </Link>
        ) : (
          <Num value={finding.rows} />
        ),
    },
    {
      key: 'sample',
      title: t('finding.sample'),
      onlyWide: true,
      render: (finding) => (
        <span className="clip-wide">{finding.samples[0] ? <CellText value={finding.samples[0].text} /> : '—'}</span>
      ),
    },
  ]
  return (
    <DataTable
      label={t('batch.findings')}
      columns={columns}
      rows={sorted}
      rowKey={(finding) => `${finding.column}/${finding.reason}/${finding.level}`}
      expand={{ title: t('finding.sample'), render: (finding) => <Samples finding={finding} />, can: (finding) => finding.samples.length > 0 }}
      empty={<Nothing title={t('finding.none')} />}
    />
  )
}

function Samples({ finding }: { finding: Finding }) {
  const { t } = useTranslation()
  return (
    <ul className="samples">
      {finding.samples.map((sample) => (
        <li key={`${sample.row}/${sample.text}`}>
          <span className="hint num">{t('finding.row', { row: sample.row })}</span> <CellText value={sample.text} />
        </li>
      ))}
    </ul>
  )
}
