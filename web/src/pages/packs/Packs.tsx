import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { packChange } from '../../api/changes'
import { models as modelsQuery } from '../../api/models'
import { pages as pagesQuery } from '../../api/pages'
import { datasets, packs, sources } from '../../api/queries'
import type { Pack } from '../../api/types'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Tag } from '../../kit/Page'
import { Code, DatasetLink } from '../../kit/Text'
import { useSession } from '../../kit/useSession'
import { useWorded } from '../declared/worded'
import { Change } from './Change'
import { PackHistory } from './PackHistory'
import 'texts:packs'

export function Packs() {
  const { t } = useTranslation()
  const query = useQuery(packs)
  // What waits for a decision goes before everything else.
  const { may } = useSession()
  const operates = may('operate')
  const change = useQuery({ ...packChange, enabled: operates })
  // Packs with errors do not take force, and those of before stay until they are mended.
  const isWaiting = change.isError || (change.data?.state ?? 'none') !== 'none'
  return (
    <Page title={t('menu.packs')} about={t('packs.about')}>
      <Loaded query={query} doing={t('menu.packs')}>
        {(list) =>
          list.length === 0 ? (
            <Nothing title={t('packs.none')}>{t('home.install-packs')}</Nothing>
          ) : (
            <>
              {isWaiting && <Change />}
              <ul className="gallery">
                {list.map((pack) => (
                  <Card key={pack.id} pack={pack} all={list} />
                ))}
              </ul>
              {operates && (
                <div className="below-gallery">
                  {!isWaiting && <Change />}
                  <PackHistory />
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

function Card({ pack, all }: { pack: Pack; all: Pack[] }) {
  const { t } = useTranslation()
  const { data: lines = [] } = useQuery(datasets)
  const { data: known = [] } = useQuery(sources)
  const { data: everyModel = [] } = useQuery(modelsQuery)
  const { data: everyPage = [] } = useQuery(pagesQuery)
  const worded = useWorded()
  const models = everyModel.filter(({ id }) => id.startsWith(`${pack.id}.`))
  const pages = everyPage.filter(({ id }) => id.startsWith(`${pack.id}.`))
  const held = pack.datasets.filter((id) => !models.some((model) => model.id === id))
  const title = (id: string) => lines.find((line) => line.id === id)?.title ?? id
  const titleOfPack = (id: string) => all.find((one) => one.id === id)?.title ?? id
  const source = (id: string) => known.find((one) => one.id === id)?.title ?? id
  return (
    <li className="surface pack">
      <div className="pack-head">
        <h2>{pack.title}</h2>
        <Code>
          {pack.id} {pack.version}
        </Code>
      </div>
      {pack.about && <p className="pack-about">{pack.about}</p>}
      <dl className="facts">
        <div>
          <dt>{t('packs.datasets', { count: held.length })}</dt>
          <dd>
            <ul className="inline-list">
              {held.map((id) => (
                <li key={id}>
                  <DatasetLink id={id} title={title(id)} />
                </li>
              ))}
            </ul>
          </dd>
        </div>
        <div>
          <dt>{t('packs.sources', { count: pack.sources.length })}</dt>
          <dd>{pack.sources.map(source).join(t('app.comma')) || '—'}</dd>
        </div>
        {models.length > 0 && (
          <div>
            <dt>{t('packs.models', { count: models.length })}</dt>
            <dd>
              <ul className="inline-list">
                {models.map((model) => (
                  <li key={model.id}>
                    <Link to={`/models/${model.id}`}>{model.title}</Link>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
        {pages.length > 0 && (
          <div>
            <dt>{t('packs.pages', { count: pages.length })}</dt>
            <dd>
              <ul className="inline-list">
                {pages.map((page) => (
                  <li key={page.id}>
                    <Link to={`/pages/${page.id}`}>{worded(page.title)}</Link>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
        <div>
          <dt>{t('packs.tests')}</dt>
          <dd>{t('packs.tests-count', { count: pack.tests })}</dd>
        </div>
        <div>
          <dt>{t('packs.needs')}</dt>
          <dd>{pack.needs.length > 0 ? pack.needs.map(titleOfPack).join(t('app.comma')) : t('packs.needs-none')}</dd>
        </div>
        <div>
          <dt>{t('packs.points')}</dt>
          <dd>
            {pack.points.length > 0
              ? pack.points.map((point) => <Tag key={point}>{t('packs.point', { point })}</Tag>)
              : '—'}
          </dd>
        </div>
      </dl>
      <Link to={`/catalogue?q=${pack.id}`}>{t('packs.open')}</Link>
    </li>
  )
}
