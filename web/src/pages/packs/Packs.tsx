import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { datasets, packs, sources } from '../../api/queries'
import type { Pack } from '../../api/types'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Tag } from '../../kit/Page'
import { Code, DatasetLink } from '../../kit/Text'

export function Packs() {
  const { t } = useTranslation()
  const query = useQuery(packs)
  return (
    <Page title={t('menu.packs')} about={t('packs.about')}>
      <Loaded query={query} doing={t('menu.packs')}>
        {(list) =>
          list.length === 0 ? (
            <Nothing title={t('packs.none')}>{t('home.install-packs')}</Nothing>
          ) : (
            <ul className="gallery">
              {list.map((pack) => (
                <Card key={pack.id} pack={pack} all={list} />
              ))}
            </ul>
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
          <dt>{t('packs.datasets', { count: pack.datasets.length })}</dt>
          <dd>
            <ul className="inline-list">
              {pack.datasets.map((id) => (
                <li key={id}>
                  <DatasetLink id={id} title={title(id)} />
                </li>
              ))}
            </ul>
          </dd>
        </div>
        <div>
          <dt>{t('packs.sources', { count: pack.sources.length })}</dt>
          <dd>{pack.sources.map(source).join('、') || '—'}</dd>
        </div>
        <div>
          <dt>{t('packs.tests')}</dt>
          <dd>{t('packs.tests-count', { count: pack.tests })}</dd>
        </div>
        <div>
          <dt>{t('packs.needs')}</dt>
          <dd>{pack.needs.length > 0 ? pack.needs.map(titleOfPack).join('、') : t('packs.needs-none')}</dd>
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
      <Link to={`/catalogue?pack=${pack.id}`}>{t('packs.open')}</Link>
    </li>
  )
}
