import { useQuery } from '@tanstack/react-query'
import Drawer from 'antd/es/drawer'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { datasets } from '../../api/queries'
import type { DatasetList } from '../../api/types'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import type { EditorHandle } from '../../kit/SqlEditor'
import { useNarrow } from '../../kit/useNarrow'
import { Tables } from './Tables'
import { Workbench } from './Workbench'

const readable = ({ datasets }: DatasetList) => datasets.filter((line) => line.is_readable)

export function Query() {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const list = useQuery({ ...datasets, select: readable })
  const editor = useRef<EditorHandle>(null)
  const [isListing, setListing] = useState(false)
  const tables = (
    <Loaded query={list} doing={t('query.tables')}>
      {(lines) => (
        <Tables
          datasets={lines}
          insert={(text) => {
            setListing(false)
            editor.current?.insert(text)
          }}
        />
      )}
    </Loaded>
  )
  return (
    <Page title={t('menu.query')} about={t('query.about')}>
      <div className="columns columns-query">
        {!isNarrow && (
          <section className="query-tables surface no-print" aria-label={t('query.tables')}>
            {tables}
          </section>
        )}
        <div className="column-main">
          <Workbench editor={editor} known={(list.data ?? []).map((line) => line.id)} openTables={isNarrow ? () => setListing(true) : undefined} />
        </div>
      </div>
      <Drawer
        open={isNarrow && isListing}
        onClose={() => setListing(false)}
        placement="left"
        size={320}
        title={t('query.tables')}
        closable={{ 'aria-label': t('action.close') }}
      >
        {tables}
      </Drawer>
    </Page>
  )
}
