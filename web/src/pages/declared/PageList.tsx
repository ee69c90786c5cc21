import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { pages as pagesQuery } from '../../api/pages'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Tag } from '../../kit/Page'
import { Code } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { useWorded } from './worded'

/** The pages that packs bring. */
export function PageList() {
  const { t } = useTranslation()
  const { word } = useWords()
  const worded = useWorded()
  const query = useQuery(pagesQuery)
  return (
    <Page title={t('menu.pages')} about={t('pages.about')}>
      <Loaded query={query} doing={t('menu.pages')}>
        {(list) =>
          list.length === 0 ? (
            <div className="surface">
              <Nothing title={t('pages.none')} />
            </div>
          ) : (
            <ul className="gallery">
              {list.map((page) => (
                <li key={page.id} className="surface pack">
                  <div className="pack-head">
                    <h2>
                      <Link to={`/pages/${page.id}`}>{worded(page.title)}</Link>
                    </h2>
                    <Tag>{word('page-kind', page.kind)}</Tag>
                  </div>
                  <Code>{page.id}</Code>
                  {page.about && <p className="pack-about">{worded(page.about)}</p>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
