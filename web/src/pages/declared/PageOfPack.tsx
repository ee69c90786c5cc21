import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { type PageDeclared, page as pageQuery } from '../../api/pages'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Dashboard } from './Dashboard'
import { ListPage } from './ListPage'
import { useWorded } from './worded'

/** A page that a pack declares, by the kind that it names; the list of kinds is closed. */
export function PageOfPack() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const query = useQuery(pageQuery(id))
  const worded = useWorded()
  return (
    <Page
      title={query.data ? worded(query.data.title) : id}
      trail={[[t('menu.pages'), '/pages']]}
      about={query.data?.about && worded(query.data.about)}
    >
      <Loaded query={query} doing={id}>
        {(declared) => <Kind declared={declared} />}
      </Loaded>
    </Page>
  )
}

function Kind({ declared }: { declared: PageDeclared }) {
  const { t } = useTranslation()
  if (declared.kind === 'list' && declared.dataset) return <ListPage declared={declared} dataset={declared.dataset} />
  if (declared.kind === 'dashboard') return <Dashboard declared={declared} />
  return (
    <div className="surface">
      <Nothing title={t('pages.unknown', { kind: declared.kind })}>
        <Link to="/pages">{t('menu.pages')}</Link>
      </Nothing>
    </div>
  )
}
