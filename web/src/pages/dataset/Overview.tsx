import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Entry } from '../../api/ledger'
import { packs, sources as sourcesQuery } from '../../api/queries'
import type { DatasetDetail } from '../../api/types'
import { DatasetRequest } from '../../kit/DatasetRequest'
import { useDeliveredAs } from '../../kit/delivered'
import { useEntryTitle } from '../../kit/entry'
import { BatchLamp } from '../../kit/Lamp'
import { Nothing } from '../../kit/Loaded'
import { Facts, Section } from '../../kit/Page'
import { BatchScore, Code, Num, Time } from '../../kit/Text'
import { useIsSeen } from '../../kit/useHidden'
import { useWords } from '../../kit/words'
import { Inherited } from './Inherited'
import { SourceFacts } from './SourceFacts'

export function Overview({ entry, dataset }: { entry: Entry; dataset: DatasetDetail | undefined }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const about = entry.about ?? dataset?.about
  const inherited: [string, ReactNode][] = entry.inherited ? [[t('dataset.inherited'), <Inherited key="inherited" of={entry.inherited} />]] : []
  return (
    <div className="padded">
      {about && <p className="prose">{about}</p>}
      <Asking entry={entry} />
      <div className="two-columns">
        <Duty entry={entry} dataset={dataset} />
        <Section title={t('dataset.rules')}>
          <Facts
            items={[
              [t('dataset.grade'), word('grade', entry.grade)],
              ...inherited,
              [t('dataset.sharing'), word('sharing', entry.sharing.class)],
              [t('dataset.basis'), entry.sharing.basis ?? '—'],
              [t('element.sharing-condition'), entry.sharing.condition ?? '—'],
              [t('element.sharing-method'), word('sharing-method', entry.sharing.method)],
              [t('dataset.opening'), word('opening', entry.opening)],
              [t('element.opening-condition'), entry.opening_condition ?? '—'],
              [t('dataset.refresh'), word('refresh', entry.refresh)],
            ]}
          />
        </Section>
        {dataset && dataset.origin !== 'model' && <Deliveries dataset={dataset} />}
      </div>
    </div>
  )
}

/** How to ask for what one does not see. */
function Asking({ entry }: { entry: Entry }) {
  const { t } = useTranslation()
  const title = useEntryTitle()(entry.title)
  const isSeen = useIsSeen(entry.id)
  // What is registered by hand has no rows here.
  if (isSeen || !entry.is_pack) return null
  return (
    <div className="note no-print">
      <p>{t('not-shown.dataset', { title })}</p>
      <DatasetRequest what={`${title}（${entry.id}）`} owner={entry.owner} />
    </div>
  )
}

function Duty({ entry, dataset }: { entry: Entry; dataset: DatasetDetail | undefined }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { data: known } = useQuery(packs)
  const packTitle = known?.find((pack) => pack.datasets.includes(entry.id))?.title
  return (
    <Section title={t('dataset.duties')}>
      <Facts
        items={[
          [t('dataset.id'), <Code key="id">{entry.id}</Code>],
          [t('dataset.owner'), entry.owner],
          [t('element.owner-code'), entry.owner_code ?? '—'],
          [t('dataset.steward'), entry.steward ?? t('dataset.unnamed')],
          [t('dataset.phone'), entry.contact ? <a key="phone" href={`tel:${entry.contact}`}>{entry.contact}</a> : '—'],
          [t('dataset.title-en'), entry.title.en ?? '—'],
          [t('dataset.key'), dataset && dataset.key.length > 0 ? dataset.key.map((name) => <Code key={name}>{name} </Code>) : '—'],
          [t('dataset.pack'), packTitle ?? (entry.is_pack ? entry.id.split('.')[0] : t('dataset.by-hand'))],
          [t('dataset.origin'), word('origin', entry.origin)],
          [t('element.published-at'), entry.published_at ? <Time key="published" at={entry.published_at} /> : '—'],
        ]}
      />
    </Section>
  )
}

/** How rows come and came. Whoever does not handle the dataset is told when, and nothing of what the program keeps back. */
function Deliveries({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  if (dataset.may.length === 0) {
    return (
      dataset.last_delivery_at && (
        <Section title={t('dataset.last')}>
          <Facts items={[[t('batch.came'), <Time key="came" at={dataset.last_delivery_at} />]]} />
        </Section>
      )
    )
  }
  return (
    <>
      <Section title={t('dataset.last')}>
        <LastDelivery dataset={dataset} />
      </Section>
      <Section title={t('dataset.sources')}>
        <Sources id={dataset.id} />
      </Section>
    </>
  )
}

function Sources({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data: sources = [] } = useQuery(sourcesQuery)
  const own = sources.filter((source) => source.dataset === id)
  if (own.length === 0) return <Nothing title={t('dataset.no-sources')} />
  return own.map((source) => <SourceFacts key={source.id} source={source} />)
}

function LastDelivery({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const nameOf = useDeliveredAs()
  const batch = dataset.last_batch
  if (!batch) {
    return (
      <Nothing title={t('dataset.never')}>
        {dataset.may.includes('deliver') && <Link to={`/deliver?dataset=${dataset.id}`}>{t('dataset.deliver')}</Link>}
      </Nothing>
    )
  }
  return (
    <Facts
      items={[
        [t('batch.delivered-as'), <Link key="file" to={`/batches/${batch.id}`} className="break" translate="no">{nameOf(batch)}</Link>],
        [t('batch.outcome'), <BatchLamp key="lamp" batch={batch} />],
        [t('batch.came'), <Time key="came" at={batch.started_at} />],
        [t('batch.kept'), <Num key="kept" value={batch.rows_kept} />],
        [t('batch.quarantined'), <Num key="quarantined" value={batch.rows_quarantined} />],
        [t('dataset.score'), <BatchScore key="score" batch={batch} />],
      ]}
    />
  )
}
