import { useInfiniteQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type AccessEvent, type EventFilter, events as eventsQuery } from '../../api/access'
import { agentOf } from '../../kit/agent'
import { beginOf, endOf, isDay } from '../../kit/day'
import { type Column, DataTable } from '../../kit/DataTable'
import { Guarded } from '../../kit/Guarded'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Code, Hint, Time } from '../../kit/Text'
import { useAccountNames } from '../../kit/useAccountNames'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useSettled } from '../../kit/useSettled'
import { useWords } from '../../kit/words'
import { isMoment, lastPart, linesOf } from './detail'
import { KINDS } from './kinds'
import 'texts:events'

/** What was done with accounts and rights, for the audit administrator: nothing of it can be changed. */
export function Events() {
  const { t } = useTranslation()
  return (
    <Guarded title={t('menu.access-events')} needs={['audit']}>
      <List />
    </Guarded>
  )
}

function filterOf(address: URLSearchParams): EventFilter {
  const text = (name: string) => address.get(name)?.trim() ?? ''
  const [from, to] = [text('from'), text('to')]
  return {
    ...(text('kind') && { kind: text('kind') }),
    ...(text('actor') && { actor: text('actor') }),
    ...(text('subject') && { subject: text('subject') }),
    ...(isDay(from) && { since: beginOf(from) }),
    ...(isDay(to) && { until: endOf(to) }),
  }
}

function List() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const [key, setKey] = useState(0)
  const filter = useMemo(() => filterOf(address), [address])
  const query = useInfiniteQuery(eventsQuery(useSettled(filter)))
  const rows = query.data?.pages.flatMap((page) => page.events)
  const isNarrowed = Object.keys(filter).length > 0
  const set = (name: string, value: string) =>
    setAddress(
      (former) => {
        const next = new URLSearchParams(former)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  const clear = () => {
    setAddress({}, { replace: true })
    setKey((former) => former + 1)
  }
  return (
    <Page title={t('menu.access-events')} about={t('events.about')}>
      <Filters key={key} address={address} set={set} />
      {isNarrowed && (
        <p>
          <Button type="link" onClick={clear}>
            {t('catalogue.clear')}
          </Button>
        </p>
      )}
      <div className={query.isPlaceholderData ? 'surface is-old' : 'surface'}>
        <Loaded query={{ ...query, data: rows }} doing={t('menu.access-events')}>
          {(list) => <Rows events={list} isNarrowed={isNarrowed} />}
        </Loaded>
        {query.hasNextPage && (
          <p className="more no-print">
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </p>
        )}
      </div>
    </Page>
  )
}

function Filters({ address, set }: { address: URLSearchParams; set: (name: string, value: string) => void }) {
  const { t } = useTranslation()
  const filterOption = useOptionFilter()
  const [typed, setTyped] = useState({ actor: address.get('actor') ?? '', subject: address.get('subject') ?? '' })
  const write = (name: 'actor' | 'subject', value: string) => {
    setTyped({ ...typed, [name]: value })
    set(name, value.trim())
  }
  return (
    <div className="toolbar no-print">
      <Select
        aria-label={t('events.kind')}
        className="toolbar-select"
        showSearch={{ filterOption }}
        value={address.get('kind') ?? ''}
        onChange={(value: string) => set('kind', value)}
        options={[{ value: '', label: t('events.any-kind') }, ...KINDS.map((one) => ({ value: one, label: t(`event-kind.${one}`) }))]}
      />
      {(['actor', 'subject'] as const).map((name) => (
        <Input
          key={name}
          className="toolbar-text"
          aria-label={t(`events.by-${name}`)}
          placeholder={t(`events.by-${name}`)}
          autoComplete="off"
          value={typed[name]}
          onChange={(event) => write(name, event.target.value)}
        />
      ))}
      {(['from', 'to'] as const).map((name) => (
        <label key={name} className="as-of">
          {t(`events.${name}`)}
          <Input type="date" value={address.get(name) ?? ''} onChange={(event) => set(name, event.target.value)} />
        </label>
      ))}
    </div>
  )
}

/** What an audit looks at first stands out. */
const LOOKS: Record<string, LampState> = { 'login-refused': 'due', locked: 'late' }

function Rows({ events, isNarrowed }: { events: AccessEvent[]; isNarrowed: boolean }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const nameOf = useAccountNames(useMemo(() => events.flatMap(({ actor, subject }) => [actor, subject]), [events]))
  const columns: Column<AccessEvent>[] = [
    {
      key: 'kind',
      title: t('events.kind'),
      render: (one) => {
        const look = LOOKS[one.kind]
        return look ? <Lamp state={look}>{word('event-kind', one.kind)}</Lamp> : word('event-kind', one.kind)
      },
    },
    { key: 'at', title: t('events.at'), full: true, render: (one) => <Time at={one.at} seconds /> },
    { key: 'actor', title: t('events.actor'), render: (one) => (one.actor ? <Person id={one.actor} nameOf={nameOf} /> : <Hint>{t('events.nobody')}</Hint>) },
    { key: 'subject', title: t('events.subject'), render: (one) => <Person id={one.subject} nameOf={nameOf} /> },
    { key: 'id', title: t('events.number'), align: 'right', onlyWide: true, render: (one) => <span className="num">{one.id}</span> },
  ]
  return (
    <DataTable
      dense
      label={t('menu.access-events')}
      columns={columns}
      rows={events}
      rowKey={(one) => one.id}
      expand={{ title: t('events.detail'), render: (one) => <Detail event={one} />, can: (one) => linesOf(one.detail).length > 0 }}
      empty={<Nothing title={t(isNarrowed ? 'events.none-found' : 'events.none')} />}
    />
  )
}

/** By the name, with the id beside it; what is no account by what it is. */
function Person({ id, nameOf }: { id: string; nameOf: (id: string) => string }) {
  const name = nameOf(id)
  if (name === id) return <Code>{id}</Code>
  return (
    <span translate="no">
      {name} <Code>{id}</Code>
    </span>
  )
}

function Detail({ event }: { event: AccessEvent }) {
  const { word } = useWords()
  return (
    <dl className="facts event-detail padded-line">
      {linesOf(event.detail).map(([name, value]) => (
        <div key={name}>
          <dt title={name}>{word('event-detail', lastPart(name))}</dt>
          <dd translate="no">{isMoment(value) ? <Time at={value} seconds /> : name === 'means' ? word('means', value) : name === 'agent' ? <span title={value}>{agentOf(value)}</span> : value}</dd>
        </div>
      ))}
    </dl>
  )
}
