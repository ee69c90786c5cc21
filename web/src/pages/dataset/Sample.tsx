import { useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ownSights } from '../../api/access'
import { sample as sampleQuery } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { AnswerTable } from '../../kit/AnswerTable'
import { HiddenNote } from '../../kit/HiddenNote'
import { Loaded, Waiting } from '../../kit/Loaded'
import { UsesLeft } from '../../kit/UsesLeft'
import { hiddenAt, hiddenIn } from '../../kit/hidden'
import { useIsPartial } from '../../kit/useHidden'
import { useUsesLeft } from '../../kit/useUsesLeft'

/** Some rows. Where looking at them is a use of a grant that says how often, it is asked for first. */
export function Sample({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const { left, isKnown } = useUsesLeft()
  const [isAgreed, setAgreed] = useState(false)
  const own = left.get(dataset.id)
  if (!isKnown) return <Waiting />
  if (own === undefined || isAgreed) return <Rows dataset={dataset} isCounted={own !== undefined} />
  return (
    <div className="padded">
      <p>
        {t('uses.sample')} <UsesLeft left={own} />
      </p>
      <Button onClick={() => setAgreed(true)} disabled={own === 0} title={own === 0 ? t('uses.none') : ''}>
        {t('uses.look')}
      </Button>
    </div>
  )
}

function Rows({ dataset, isCounted }: { dataset: DatasetDetail; isCounted: boolean }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const query = useQuery(sampleQuery(dataset.id, isCounted))
  const isPartial = useIsPartial(dataset.id)
  const titles = new Map(dataset.columns.map((column) => [column.name, column.title]))
  const isUsed = isCounted && query.isFetchedAfterMount
  useEffect(() => {
    if (isUsed) void queries.invalidateQueries({ queryKey: ownSights.queryKey })
  }, [isUsed, queries])
  return (
    <Loaded query={query} doing={t('dataset.sample')}>
      {(answer) => {
        // The last use of a grant tells what of it is hidden, when nothing else does any more.
        const told = isCounted ? hiddenIn(answer) : undefined
        return (
          <>
            <p className="hint padded-line">
              {t('dataset.sample-about', { count: answer.rows.length })} {isPartial && t('dataset.visible-rows')}{' '}
              {answer.columns.some(({ name }) => name.startsWith('_')) && t('dataset.sample-added')}
            </p>
            <AnswerTable
              label={t('dataset.sample')}
              answer={answer}
              titles={titles}
              {...(told && { told })}
              fieldsOf={(name, place) => (told ? hiddenAt(answer, place) : [{ field: `${dataset.id}.${name}` }])}
            />
            <HiddenNote
              {...(told && { told })}
              fields={dataset.columns.map(({ name }) => `${dataset.id}.${name}`)}
              titleOf={({ column }) => titles.get(column.name)}
            />
          </>
        )
      }}
    </Loaded>
  )
}
