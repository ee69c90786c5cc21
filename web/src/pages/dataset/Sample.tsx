import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { sample as sampleQuery } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { AnswerTable } from '../../kit/AnswerTable'
import { HiddenNote } from '../../kit/HiddenNote'
import { Loaded } from '../../kit/Loaded'
import { useIsPartial } from '../../kit/useHidden'

export function Sample({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const query = useQuery(sampleQuery(dataset.id))
  const isPartial = useIsPartial(dataset.id)
  const titles = new Map(dataset.columns.map((column) => [column.name, column.title]))
  return (
    <Loaded query={query} doing={t('dataset.sample')}>
      {(answer) => (
        <>
          <p className="hint padded-line">
            {t('dataset.sample-about', { count: answer.rows.length })} {isPartial && t('dataset.visible-rows')}{' '}
            {answer.columns.some(({ name }) => name.startsWith('_')) && t('dataset.sample-added')}
          </p>
          <AnswerTable label={t('dataset.sample')} answer={answer} titles={titles} fieldsOf={(name) => [{ field: `${dataset.id}.${name}` }]} />
          <HiddenNote fields={dataset.columns.map(({ name }) => `${dataset.id}.${name}`)} titleOf={({ column }) => titles.get(column.name)} />
        </>
      )}
    </Loaded>
  )
}
