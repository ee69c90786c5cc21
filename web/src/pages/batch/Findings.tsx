import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { BatchDetail, Finding } from '../../api/types'
import { CellValue } from '../../kit/CellValue'
import { type Column, DataTable } from '../../kit/DataTable'
import type { HiddenColumn } from '../../kit/HiddenSign'
import { Nothing } from '../../kit/Loaded'
import { Tag } from '../../kit/Page'
import { CellText, Num } from '../../kit/Text'
import { useKeptBack } from '../../kit/useKeptBack'
import { useWhyDialog } from '../../kit/useWhyDialog'
import { useWords } from '../../kit/words'
import type { Titles } from './titles'

/**
 * What was wrong, how often, and cells that show it; in the place of those that are kept back, why they are. Hard findings lead to
 * their rows.
 */
export function Findings({ batch, titles }: { batch: BatchDetail; titles: Titles }) {
  const { t } = useTranslation()
  const { word, reason } = useWords()
  const kept = useKeptBack(batch.dataset)
  const { tellWhy, dialog } = useWhyDialog()
  const columnOf = ({ column }: Finding) => (column ? (titles.get(column) ?? column) : t('finding.whole-row'))
  const keptOf = (finding: Finding) => finding.hidden && kept.of(finding.hidden, columnOf(finding))
  const sorted = [...batch.findings].sort(
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
      render: columnOf,
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
          <Link to={`/batches/${batch.id}?tab=quarantine&reason=${encodeURIComponent(finding.reason)}`}>
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
      render: (finding) => {
        const masked = keptOf(finding)
        if (masked) return <CellValue masked={masked} isEmpty isFirst onWhy={tellWhy} />
        return <span className="clip-wide">{finding.samples[0] ? <CellText value={finding.samples[0].text} /> : '—'}</span>
      },
    },
  ]
  return (
    <>
      <DataTable
        label={t('batch.findings')}
        columns={columns}
        rows={sorted}
        rowKey={(finding) => `${finding.column}/${finding.reason}/${finding.level}`}
        expand={{
          title: t('finding.sample'),
          render: (finding) => <Samples finding={finding} masked={keptOf(finding)} onWhy={tellWhy} />,
          can: ({ samples, hidden }) => samples.length > 0 || hidden !== undefined,
        }}
        empty={<Nothing title={t('finding.none')} />}
      />
      {dialog}
    </>
  )
}

interface SamplesProps {
  finding: Finding
  /** Why they are kept back, where they are. */
  masked: HiddenColumn | undefined
  onWhy: (column: HiddenColumn) => void
}

function Samples({ finding, masked, onWhy }: SamplesProps) {
  const { t } = useTranslation()
  if (masked) return <CellValue masked={masked} isEmpty isFirst onWhy={onWhy} />
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
