import { useInfiniteQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { batches as batchesQuery } from '../../api/queries'
import { Loaded } from '../../kit/Loaded'
import { BatchTable } from '../batches/BatchTable'

export function Deliveries({ id }: { id: string }) {
  const { t } = useTranslation()
  const query = useInfiniteQuery(batchesQuery({ dataset: id, limit: 30 }))
  const rows = query.data?.pages.flatMap((page) => page.batches)
  return (
    <Loaded query={{ ...query, data: rows }} doing={t('menu.batches')}>
      {(list) => (
        <>
          <BatchTable batches={list} />
          {query.hasNextPage && (
            <p className="more no-print">
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('action.more')}
              </Button>
            </p>
          )}
        </>
      )}
    </Loaded>
  )
}
