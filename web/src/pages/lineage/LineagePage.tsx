import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { dataset as datasetQuery } from '../../api/queries'
import { EntryChoice } from '../../kit/EntryChoice'
import { Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Code, DatasetLink } from '../../kit/Text'
import { LineageView } from './LineageView'
import { columnOf, datasetOf } from './layout'

export function LineagePage() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const of = address.get('of') ?? ''
  const column = columnOf(of)
  const root = useQuery({ ...datasetQuery(datasetOf(of)), enabled: of !== '' })
  const title = root.data?.title ?? datasetOf(of)
  const columnTitle = root.data?.columns.find(({ name }) => name === column)?.title ?? column
  return (
    <Page
      title={of === '' ? t('menu.lineage') : column ? t('lineage.of-column', { title, column: columnTitle }) : t('lineage.of', { title })}
      trail={of === '' ? [] : [[t('menu.lineage'), '/lineage']]}
      about={
        of === '' ? (
          t('lineage.about')
        ) : (
          <ul className="summary">
            <li>
              <Code>{of}</Code>
            </li>
            <li>
              <DatasetLink id={datasetOf(of)} title={t('lineage.open-dataset')} />
            </li>
          </ul>
        )
      }
      actions={
        <EntryChoice
          label={t('lineage.choose')}
          value={datasetOf(of)}
          title={title}
          onChange={(id) => setAddress({ of: id })}
        />
      }
    >
      <div className="surface">
        {of === '' ? <Nothing title={t('lineage.start')}>{t('lineage.start-help')}</Nothing> : <LineageView of={of} />}
      </div>
    </Page>
  )
}
