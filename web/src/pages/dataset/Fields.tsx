import { useTranslation } from 'react-i18next'
import type { DatasetDetail, Declared } from '../../api/types'
import { type Column, DataTable } from '../../kit/DataTable'
import { Nothing } from '../../kit/Loaded'
import { Tag } from '../../kit/Page'
import { Code } from '../../kit/Text'
import { useWords } from '../../kit/words'

export function Fields({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const { word } = useWords()
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
    { key: 'type', title: t('field.type'), render: (column) => <Code>{column.type}</Code> },
    {
      key: 'standard',
      full: true,
      title: t('field.standard'),
      render: (column) => {
        if (column.standard) return word('standard', column.standard)
        return column.codes ? (
          <span>
            {t('field.codes')} <Code>{column.codes}</Code>
          </span>
        ) : (
          '—'
        )
      },
    },
    { key: 'required', title: t('field.needed'), render: (column) => t(column.required ? 'field.yes' : 'field.no') },
    { key: 'unit', title: t('field.unit'), render: (column) => column.unit ?? '—' },
    { key: 'grade', title: t('dataset.grade'), render: (column) => word('grade', column.grade) },
    { key: 'from', full: true, title: t('field.from'), render: (column) => <span className="wrap">{column.from.join('、')}</span> },
  ]
  return (
    <DataTable
      label={t('dataset.fields')}
      columns={columns}
      rows={dataset.columns}
      rowKey={(column) => column.name}
      empty={<Nothing title={t('dataset.no-fields')} />}
    />
  )
}
