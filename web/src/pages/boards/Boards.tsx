import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { boards } from '../../api/queries'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Code } from '../../kit/Text'
import { useWorded } from '../declared/worded'

/** The boards that packs bring. */
export function Boards() {
  const { t } = useTranslation()
  const worded = useWorded()
  const query = useQuery(boards)
  return (
    <Page title={t('menu.boards')} about={t('boards.about')}>
      <Loaded query={query} doing={t('menu.boards')}>
        {(list) =>
          list.length === 0 ? (
            <div className="surface">
              <Nothing title={t('boards.none')}>{t('boards.none-help')}</Nothing>
            </div>
          ) : (
            <ul className="gallery">
              {list.map((board) => (
                <li key={board.id} className="surface pack">
                  <div className="pack-head">
                    <h2>
                      <Link to={`/boards/${board.id}`}>{worded(board.title)}</Link>
                    </h2>
                    <a href={`/wall/${board.id}`}>{t('board.wall')}</a>
                  </div>
                  <Code>{board.id}</Code>
                  {board.about && <p className="pack-about">{worded(board.about)}</p>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
