import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined'
import BarsOutlined from '@ant-design/icons/es/icons/BarsOutlined'
import SearchOutlined from '@ant-design/icons/es/icons/SearchOutlined'
import { useInfiniteQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Radio from 'antd/es/radio'
import Select from 'antd/es/select'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type Entry, entries as entriesQuery } from '../../api/ledger'
import { ExportButton } from '../../kit/ExportButton'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { useNarrow } from '../../kit/useNarrow'
import { useSettled } from '../../kit/useSettled'
import { useWords } from '../../kit/words'
import { active, asked, sorts } from './address'
import { Compare } from './Compare'
import { Facets } from './Facets'
import { List, MOST_COMPARED } from './List'

export function Catalogue() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const isNarrow = useNarrow()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useTyped(address.get('q') ?? '')
  const filter = useSettled(useMemo(() => asked(address), [address]))
  const query = useInfiniteQuery(entriesQuery(filter))
  const set = (name: string, value: string) => setAddress((former) => changed(former, name, value), { replace: true })
  const narrowing = active(address)
  const clear = () => {
    setTyped('')
    setAddress((former) => new URLSearchParams(former.has('view') ? { view: former.get('view') ?? '' } : {}), { replace: true })
  }
  const pages = query.data?.pages
  const first = pages?.[0]
  const rows = useMemo(() => pages?.flatMap((page) => page.entries), [pages])
  const [compared, setCompared] = useState<string[]>([])
  const [isComparing, setComparing] = useState(false)
  const side = first && <Facets counts={first.facets} address={address} set={(facet, values) => set(facet, values.join(','))} />
  return (
    <Page title={t('menu.catalogue')} about={t('catalogue.about')} actions={rows && <Export rows={rows} />}>
      <div className={query.isError && !first ? '' : 'columns columns-facets'}>
        {!isNarrow && side && <div className="facets no-print">{side}</div>}
        <div className="column-main">
          <div className="toolbar no-print">
            <Input
              type="search"
              className="toolbar-search"
              prefix={<SearchOutlined aria-hidden />}
              aria-label={t('catalogue.search')}
              placeholder={t('catalogue.search')}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value)
                set('q', event.target.value)
              }}
            />
            {isNarrow && (
              <Button onClick={() => setOpen(true)}>
                {narrowing > 0 ? t('catalogue.filters-on', { count: narrowing }) : t('catalogue.filters')}
              </Button>
            )}
            <SortChoice value={address.get('sort') ?? ''} set={(value) => set('sort', value)} />
            {!isNarrow && <Forms value={address.get('view') ?? ''} set={(value) => set('view', value)} />}
            <span className="hint" role="status">
              {first && t('catalogue.count', { count: first.total })}
            </span>
            {(narrowing > 0 || typed) && (
              <Button type="link" onClick={clear}>
                {t('catalogue.clear')}
              </Button>
            )}
            {compared.length > 0 && (
              <Button disabled={compared.length < MOST_COMPARED} onClick={() => setComparing(true)}>
                {t('compare.open', { count: compared.length })}
              </Button>
            )}
          </div>
          <div className={query.isPlaceholderData ? 'surface is-old' : 'surface'}>
            <Loaded query={{ ...query, data: rows }} doing={t('menu.catalogue')}>
              {(list) =>
                first?.total === 0 && narrowing === 0 && !filter.q ? (
                  <Nothing title={t('home.no-datasets')}>{t('home.install-packs')}</Nothing>
                ) : (
                  <List
                    entries={list}
                    asCards={address.get('view') === 'cards'}
                    compared={compared}
                    compare={(ids) => setCompared(ids.slice(0, MOST_COMPARED))}
                    clear={clear}
                  />
                )
              }
            </Loaded>
            {query.hasNextPage && (
              <p className="more no-print">
                <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t('catalogue.more', { shown: rows?.length ?? 0, count: first?.total ?? 0 })}
                </Button>
              </p>
            )}
          </div>
        </div>
      </div>
      <Drawer
        open={isNarrow && isOpen}
        onClose={() => setOpen(false)}
        title={t('catalogue.filters')}
        placement="right"
        size={320}
        closable={{ 'aria-label': t('action.close') }}
      >
        {side}
      </Drawer>
      {isComparing && compared.length === MOST_COMPARED && (
        <Compare ids={compared as [string, string]} onClose={() => setComparing(false)} />
      )}
    </Page>
  )
}

function changed(former: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(former)
  if (value) next.set(name, value)
  else next.delete(name)
  return next
}

/** What is typed is state of the field: the address follows a moment later, too late for an input method. */
function useTyped(fromAddress: string): [string, (text: string) => void] {
  const [typed, setTyped] = useState(fromAddress)
  const written = useRef(new Set([fromAddress]))
  useEffect(() => {
    // An address that this field did not write comes from a link or from going back.
    if (!written.current.has(fromAddress)) setTyped(fromAddress)
    written.current.clear()
    written.current.add(fromAddress)
  }, [fromAddress])
  const write = (text: string) => {
    written.current.add(text)
    setTyped(text)
  }
  return [typed, write]
}

function SortChoice({ value, set }: { value: string; set: (value: string) => void }) {
  const { t } = useTranslation()
  return (
    <Select
      aria-label={t('catalogue.sort')}
      value={value || 'relevance'}
      onChange={(sort: string) => set(sort === 'relevance' ? '' : sort)}
      className="sort-choice"
      options={sorts.map((sort) => ({ value: sort, label: t(`catalogue.sort-${sort}`) }))}
    />
  )
}

function Forms({ value, set }: { value: string; set: (value: string) => void }) {
  const { t } = useTranslation()
  return (
    <Radio.Group
      aria-label={t('catalogue.form')}
      value={value || 'table'}
      optionType="button"
      onChange={(event) => set(event.target.value === 'cards' ? 'cards' : '')}
      options={[
        { value: 'table', label: <><BarsOutlined aria-hidden /> {t('catalogue.table')}</> },
        { value: 'cards', label: <><AppstoreOutlined aria-hidden /> {t('catalogue.cards')}</> },
      ]}
    />
  )
}

function Export({ rows }: { rows: Entry[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns = [
    t('dataset.one'), t('dataset.id'), t('entry.code'), t('dataset.owner'), t('entry.status'), t('dataset.refresh'), t('entry.last'),
    t('dataset.sharing'), t('dataset.grade'), t('dataset.rows'), t('dataset.quality'), t('entry.uses'), t('entry.lacking'),
  ]
  return (
    <ExportButton
      name={t('menu.catalogue')}
      columns={columns}
      rows={() =>
        rows.map((one) => [
          one.title.zh, one.id, one.code ?? null, one.owner, word('status', one.status), word('refresh', one.refresh), one.facts.last_at ?? null,
          word('sharing', one.sharing.class), word('grade', one.grade), one.facts.rows ?? null, one.facts.score ?? null, one.facts.uses_30_days,
          one.lacks.map((name) => word('element', name)).join(t('app.comma')),
        ])
      }
    />
  )
}
