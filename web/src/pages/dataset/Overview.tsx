import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { packs, sources as sourcesQuery } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { BatchLamp } from '../../kit/Lamp'
import { Nothing } from '../../kit/Loaded'
import { Facts, Section } from '../../kit/Page'
import { Code, Num, Score, Time } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { SourceFacts } from './SourceFacts'

export function Overview({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { data: sources = [] } = useQuery(sourcesQuery)
  const { data: known } = useQuery(packs)
  const packTitle = known?.find((pack) => pack.datasets.includes(dataset.id))?.title
  const own = sources.filter((source) => source.dataset === dataset.id)
  return (
    <div className="padded">
      {dataset.about && <p className="prose">{dataset.about}</p>}
      <div className="two-columns">
        <Section title={t('dataset.duties')}>
          <Facts
            items={[
              [t('dataset.owner'), dataset.owner],
              [t('dataset.steward'), dataset.steward ?? t('dataset.unnamed')],
              [t('dataset.title-en'), dataset.title_en ?? '—'],
              [t('dataset.key'), dataset.key.length > 0 ? dataset.key.map((name) => <Code key={name}>{name} </Code>) : '—'],
              [t('dataset.pack'), packTitle ?? dataset.id.split('.')[0]],
              [t('dataset.origin'), word('origin', dataset.origin)],
            ]}
          />
        </Section>
        <Section title={t('dataset.rules')}>
          <Facts
            items={[
              [t('dataset.grade'), word('grade', dataset.grade)],
              [t('dataset.sharing'), word('sharing', dataset.sharing)],
              [t('dataset.basis'), dataset.sharing_basis ?? '—'],
              [t('dataset.opening'), word('opening', dataset.opening)],
              [t('dataset.refresh'), word('refresh', dataset.refresh)],
              [t('dataset.tail'), <Num key="tail" value={dataset.tail_rows} />],
            ]}
          />
        </Section>
        <Section title={t('dataset.last')}>
          <LastDelivery dataset={dataset} />
        </Section>
        <Section title={t('dataset.sources')}>
          {own.length === 0 ? (
            <Nothing title={t('dataset.no-sources')} />
          ) : (
            own.map((source) => <SourceFacts key={source.id} source={source} />)
          )}
        </Section>
      </div>
    </div>
  )
}

function LastDelivery({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const batch = dataset.last_batch
  if (!batch) {
    return (
      <Nothing title={t('dataset.never')}>
        <Link to={`/deliver?dataset=${dataset.id}`}>{t('dataset.deliver')}</Link>
      </Nothing>
    )
  }
  return (
    <Facts
      items={[
        [t('batch.delivered-as'), <Link key="file" to={`/batches/${batch.id}`} className="break" translate="no">{batch.delivered_as}</Link>],
        [t('batch.outcome'), <BatchLamp key="lamp" batch={batch} />],
        [t('batch.came'), <Time key="came" at={batch.started_at} />],
        [t('batch.kept'), <Num key="kept" value={batch.rows_kept} />],
        [t('batch.quarantined'), <Num key="quarantined" value={batch.rows_quarantined} />],
        [t('dataset.score'), <Score key="score" value={batch.score} />],
      ]}
    />
  )
}
