import SearchOutlined from '@ant-design/icons/es/icons/SearchOutlined'
import Button from 'antd/es/button'
import Checkbox from 'antd/es/checkbox'
import Drawer from 'antd/es/drawer'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useQuery } from '@tanstack/react-query'
import { Fragment, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { packs } from '../../api/queries'
import { type Column, DataTable, type Sort } from '../../kit/DataTable'
import { FreshnessLamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { type Standing, useStandings } from '../../kit/standing'
import { Age, Code, DatasetLink, Hint, Num, Score } from '../../kit/Text'
import { useNarrow } from '../../kit/useNarrow'
import { usePinyin } from '../../kit/usePinyin'
import { useWords } from '../../kit/words'
import { type Facet, type Filter, counts, facets, fromAddress, narrowed } from './filter'

export function Catalogue() {
  const { t } = useTranslation()
  const all = useStandings()
  return (
    <Page title={t('menu.catalogue')} about={t('catalogue.about')}>
      <Loaded query={all} doing={t('menu.catalogue')}>
        {(standing) => <Content all={standing} />}
      </Loaded>
    </Page>
  )
}

function Content({ all }: { all: Standing[] }) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const table = usePinyin()
  const isNarrow = useNarrow()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useTyped(address.get('q') ?? '')
  const filter = { ...fromAddress(address), typed }
  const rows = narrowed(all, filter, table)
  const sort = sortOf(address.get('sort'))
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
  const active = facets.filter((facet) => filter.chosen[facet].length > 0).length
  const clear = () => {
    setTyped('')
    setAddress(new URLSearchParams(), { replace: true })
  }
  if (all.length === 0) return <Nothing title={t('home.no-datasets')}>{t('home.install-packs')}</Nothing>
  const side = <Facets all={all} filter={filter} table={table} set={(facet, values) => set(facet, values.join(','))} />
  return (
    <div className="columns columns-facets">
      {!isNarrow && <div className="facets no-print">{side}</div>}
      <div className="column-main">
        <div className="toolbar no-print">
          <Input
            type="search"
            className="toolbar-search"
            prefix={<SearchOutlined aria-hidden />}
            aria-label={t('catalogue.search')}
            placeholder={t('catalogue.search')}
            value={filter.typed}
            onChange={(event) => {
              setTyped(event.target.value)
              set('q', event.target.value)
            }}
          />
          {isNarrow && (
            <>
              <Button onClick={() => setOpen(true)}>
                {active > 0 ? t('catalogue.filters-on', { count: active }) : t('catalogue.filters')}
              </Button>
              <SortChoice value={address.get('sort') ?? ''} set={(value) => set('sort', value)} />
            </>
          )}
          <span className="hint" role="status">
            {t('catalogue.count', { count: rows.length, all: all.length })}
          </span>
          {(active > 0 || filter.typed) && (
            <Button type="link" onClick={clear}>
              {t('catalogue.clear')}
            </Button>
          )}
        </div>
        <div className="surface">
          <List
            rows={rows}
            sort={sort}
            onSort={(next) => set('sort', next ? `${next.order === 'descend' ? '-' : ''}${next.key}` : '')}
            clear={clear}
          />
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
    </div>
  )
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

function sortOf(text: string | null): Sort | undefined {
  if (!text) return undefined
  return text.startsWith('-') ? { key: text.slice(1), order: 'descend' } : { key: text, order: 'ascend' }
}

function SortChoice({ value, set }: { value: string; set: (value: string) => void }) {
  const { t } = useTranslation()
  return (
    <Select
      aria-label={t('catalogue.sort')}
      value={value}
      onChange={set}
      className="sort-choice"
      options={[
        { value: '', label: t('catalogue.sort-pack') },
        { value: 'title', label: t('catalogue.sort-title') },
        { value: '-rows', label: t('catalogue.sort-rows') },
        { value: '-last', label: t('catalogue.sort-last') },
        { value: 'score', label: t('catalogue.sort-score') },
      ]}
    />
  )
}

interface FacetsProps {
  all: Standing[]
  filter: Filter
  table: Parameters<typeof counts>[3]
  set: (facet: Facet, values: string[]) => void
}

const LISTS: Record<Facet, string> = {
  lamp: 'lamp',
  owner: '',
  pack: '',
  grade: 'grade',
  refresh: 'refresh',
  origin: 'origin',
}

function Facets({ all, filter, table, set }: FacetsProps) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { data: known = [] } = useQuery(packs)
  const name = (facet: Facet, value: string) => {
    if (facet === 'pack') return known.find((pack) => pack.id === value)?.title ?? value
    return LISTS[facet] ? word(LISTS[facet], value) : value
  }
  return (
    <>
      {facets.map((facet, place) => (
        <Fragment key={facet}>
        {place > 0 && <div className="facet-line" />}
        <fieldset className="facet">
          <legend>{t(`facet.${facet}`)}</legend>
          <Checkbox.Group value={filter.chosen[facet]} onChange={(values) => set(facet, values)}>
            <ul>
              {counts(all, filter, facet, table).map(([value, count]) => (
                <li key={value}>
                  <Checkbox value={value}>{name(facet, value)}</Checkbox>
                  <span className="num hint">{count}</span>
                </li>
              ))}
            </ul>
          </Checkbox.Group>
        </fieldset>
        </Fragment>
      ))}
    </>
  )
}

interface ListProps {
  rows: Standing[]
  sort: Sort | undefined
  onSort: (sort: Sort | undefined) => void
  clear: () => void
}

function List({ rows, sort, onSort, clear }: ListProps) {
  const { t } = useTranslation()
  const { word } = useWords()
  const byText = (pick: (one: Standing) => string) => (one: Standing, other: Standing) =>
    pick(one).localeCompare(pick(other), 'zh-CN')
  const byNumber = (pick: (one: Standing) => number) => (one: Standing, other: Standing) => pick(one) - pick(other)
  const columns: Column<Standing>[] = [
    {
      key: 'title',
      title: t('dataset.one'),
      sort: byText((one) => one.title),
      render: (one) => (
        <div className="two-lines">
          <DatasetLink id={one.id} title={one.title} />
          <Code>{one.id}</Code>
        </div>
      ),
    },
    { key: 'owner', title: t('dataset.owner'), sort: byText((one) => one.owner), render: (one) => one.owner },
    {
      key: 'lamp',
      title: t('dataset.freshness'),
      sort: byText((one) => one.lamp),
      render: (one) => <FreshnessLamp state={one.lamp} />,
    },
    {
      key: 'last',
      title: t('dataset.last'),
      sort: byNumber((one) => (one.last_at ? Date.parse(one.last_at) : 0)),
      render: (one) => (
        <div className="two-lines">
          {one.last_at ? <Age at={one.last_at} /> : <Hint>{t('dataset.never')}</Hint>}
          <Hint>{t('catalogue.every', { refresh: word('refresh', one.refresh) })}</Hint>
        </div>
      ),
    },
    {
      key: 'rows',
      title: t('dataset.rows'),
      align: 'right',
      sort: byNumber((one) => one.rows),
      render: (one) => <Num value={one.rows} />,
    },
    {
      key: 'score',
      title: t('dataset.score'),
      align: 'right',
      sort: byNumber((one) => one.score ?? 101),
      render: (one) => <Score value={one.score} />,
    },
    { key: 'grade', title: t('dataset.grade'), sort: byText((one) => one.grade), render: (one) => word('grade', one.grade) },
  ]
  return (
    <DataTable
      label={t('menu.catalogue')}
      columns={columns}
      rows={rows}
      rowKey={(one) => one.id}
      sort={sort}
      onSort={onSort}
      pageSize={50}
      empty={
        <Nothing title={t('catalogue.none')}>
          <Button onClick={clear}>{t('catalogue.clear')}</Button>
        </Nothing>
      }
    />
  )
}
