import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { BatchDetail, Report } from '../../api/types'
import { Facts } from '../../kit/Page'
import { Sentence } from '../../kit/Sentence'
import { Code, Raw } from '../../kit/Text'

/** How the file was read: form, encoding and why, header, columns that are new or absent. */
export function Reading({ batch }: { batch: BatchDetail }) {
  const { t } = useTranslation()
  const report = (batch.report ?? {}) as Report
  const sign = (text: string) => ({ ',': t('reading.comma'), '\t': t('reading.tab'), ';': t('reading.semicolon'), '|': '|' })[text] ?? text
  const items: ([string, ReactNode] | undefined)[] = [
    report.format ? [t('reading.format'), report.format] : undefined,
    report.sheet ? [t('reading.sheet'), report.sheet] : undefined,
    report.other_sheets?.length ? [t('reading.other-sheets'), list(report.other_sheets)] : undefined,
    batch.encoding ? [t('reading.encoding'), batch.encoding] : undefined,
    report.encoding_reason
      ? [t('reading.encoding-why'), <Sentence key="why" text={report.encoding_reason} />]
      : undefined,
    report.delimiter ? [t('reading.delimiter'), sign(report.delimiter)] : undefined,
    report.header_row !== undefined
      ? [t('reading.header'), report.header_row > 0 ? t('reading.header-at', { row: report.header_row }) : t('reading.header-none')]
      : undefined,
    report.titles?.length
      ? [t('reading.above'), report.titles.map((title) => <div key={title}><Raw text={title} /></div>)]
      : undefined,
    [t('reading.new'), report.new_columns?.length ? list(report.new_columns) : t('reading.new-none')],
    [t('reading.absent'), report.absent_columns?.length ? list(report.absent_columns) : t('reading.absent-none')],
    report.notes?.length
      ? [t('reading.notes'), report.notes.map((note) => <div key={note}><Sentence text={note} /></div>)]
      : undefined,
    batch.content_hash ? [t('reading.hash'), <Code key="hash">{batch.content_hash}</Code>] : undefined,
  ]
  return <Facts items={items.filter((item) => item !== undefined)} />
}

function list(names: string[]): ReactNode {
  return names.map((name) => <Code key={name}>{name} </Code>)
}
