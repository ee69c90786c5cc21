import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Select from 'antd/es/select'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type Suggestion, type SuggestionFilter, type Summary, suggestions as suggestionsQuery, summary } from '../../api/classification'
import { type Column, DataTable } from '../../kit/DataTable'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Tag } from '../../kit/Page'
import { Code, DatasetLink, Hint, Time } from '../../kit/Text'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useWords } from '../../kit/words'
import { BEARINGS, LAMPS, STATUSES } from './bearing'
import { type Deciding, DecisionDialog } from './DecisionDialog'
import { Reasons } from './Reasons'
import { useClasses } from './useClasses'

const NAMES = ['dataset', 'owner', 'status', 'class', 'bearing'] as const

function filterOf(address: URLSearchParams): SuggestionFilter {
  const named = NAMES.map((name) => [name, address.get(name) ?? ''] as const)
  return Object.fromEntries(named.filter(([, value]) => value !== ''))
}

/** Suggestions with their reasons in words, the strictest first; decided one by one, or many for one reason. */
export function Suggestions() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const filter = useMemo(() => filterOf(address), [address])
  const query = useInfiniteQuery(suggestionsQuery(filter))
  const known = useQuery(summary)
  const rows = query.data?.pages.flatMap((page) => page.suggestions)
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
  return (
    <>
      <Filters filter={filter} known={known.data} set={set} />
      <div className={query.isPlaceholderData ? 'surface is-old' : 'surface'}>
        <Loaded query={{ ...query, data: rows }} doing={t('classification.suggestions')}>
          {(list) => <Rows suggestions={list} isNarrowed={Object.keys(filter).length > 0} />}
        </Loaded>
        {query.hasNextPage && (
          <p className="more no-print">
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </p>
        )}
      </div>
      {known.data && <p className="hint">{t(`classification-until.${known.data.until_confirmed as 'checked'}`)}</p>}
    </>
  )
}

interface FiltersProps {
  filter: SuggestionFilter
  known: Summary | undefined
  set: (name: string, value: string) => void
}

function Filters({ filter, known, set }: FiltersProps) {
  const { t } = useTranslation()
  const filterOption = useOptionFilter()
  const { classes } = useClasses()
  const datasets = known?.datasets ?? []
  const owners = [...new Set(datasets.map(({ owner }) => owner))].sort()
  const choices: [string, string | undefined, { value: string; label: string }[]][] = [
    ['owner', filter.owner, owners.map((owner) => ({ value: owner, label: owner }))],
    ['dataset', filter.dataset, datasets.map(({ dataset, title }) => ({ value: dataset, label: title }))],
    ['bearing', filter.bearing, BEARINGS.map((one) => ({ value: one, label: t(`bearing.${one}`) }))],
    ['class', filter.class, classes.map(({ id, title }) => ({ value: id, label: title }))],
    ['status', filter.status, STATUSES.map((one) => ({ value: one, label: t(`suggestion-status.${one}`) }))],
  ]
  return (
    <div className="toolbar no-print">
      {choices.map(([name, value, options]) => (
        <Select
          key={name}
          aria-label={t(`classification.by-${name as 'owner'}`)}
          className="toolbar-select"
          showSearch={{ filterOption }}
          value={value ?? ''}
          onChange={(chosen: string) => set(name, chosen)}
          options={[{ value: '', label: t(`classification.any-${name as 'owner'}`) }, ...options]}
        />
      ))}
    </div>
  )
}

function Rows({ suggestions, isNarrowed }: { suggestions: Suggestion[]; isNarrowed: boolean }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const { nameOf } = useClasses()
  const [chosen, setChosen] = useState<number[]>([])
  const [deciding, setDeciding] = useState<Deciding>()
  const isOpen = (one: Suggestion) => one.status === 'open' && one.may.includes('steward')
  const picked = suggestions.filter((one) => chosen.includes(one.id) && isOpen(one))
  const columns: Column<Suggestion>[] = [
    {
      key: 'field',
      title: t('field.title'),
      render: (one) => (
        <div className="two-lines">
          <span translate="no">{one.title ?? t('classification.whole')}</span>
          <Code>{one.name ?? one.dataset}</Code>
        </div>
      ),
    },
    { key: 'dataset', title: t('dataset.one'), render: (one) => <DatasetLink id={one.dataset} title={one.dataset_title} /> },
    {
      key: 'suggested',
      title: t('classification.suggested'),
      render: (one) => (
        <div className="two-lines">
          <span>
            {word('grade', one.grade)} {one.holds && <Tag>{t('classification.holds')}</Tag>}
          </span>
          <Hint>{nameOf(one.class)}</Hint>
        </div>
      ),
    },
    {
      key: 'present',
      title: t('classification.present'),
      render: (one) => (
        <div className="two-lines">
          <span>{word('grade', one.present)}</span>
          <Lamp state={LAMPS[one.bearing] ?? 'absent'}>{word('bearing', one.bearing)}</Lamp>
        </div>
      ),
    },
    { key: 'why', title: t('classification.why'), full: true, render: (one) => <Reasons of={one} /> },
    {
      key: 'do',
      title: t('version.do'),
      pinned: true,
      full: true,
      render: (one) => (isOpen(one) ? <Decide one={one} decide={setDeciding} /> : <Decided one={one} />),
    },
  ]
  return (
    <>
      {picked.length > 0 && (
        <div className="actions padded-line" role="status">
          <span>{t('classification.chosen', { count: picked.length })}</span>
          <Button type="primary" onClick={() => setDeciding({ verdict: 'confirm', suggestions: picked })}>
            {t('classification.confirm-chosen')}
          </Button>
          <Button onClick={() => setDeciding({ verdict: 'reject', suggestions: picked })}>{t('classification.reject-chosen')}</Button>
        </div>
      )}
      <DataTable
        label={t('classification.suggestions')}
        columns={columns}
        rows={suggestions}
        rowKey={(one) => one.id}
        selection={{
          selectedRowKeys: chosen,
          onChange: (keys) => setChosen(keys.map(Number)),
          getCheckboxProps: (one) =>
            ({ disabled: !isOpen(one), 'aria-label': t('classification.choose', { title: one.title ?? one.dataset_title }) }) as object,
        }}
        empty={<Nothing title={t(isNarrowed ? 'classification.none-found' : 'classification.none')}>{!isNarrowed && t('classification.none-help')}</Nothing>}
      />
      {deciding && (
        <DecisionDialog
          {...deciding}
          onClose={() => setDeciding(undefined)}
          onDone={() => {
            setDeciding(undefined)
            setChosen([])
          }}
        />
      )}
    </>
  )
}

function Decide({ one, decide }: { one: Suggestion; decide: (deciding: Deciding) => void }) {
  const { t } = useTranslation()
  const title = one.title ?? one.dataset_title
  return (
    <div className="actions">
      {(['confirm', 'change', 'reject'] as const).map((verdict) => (
        <Button key={verdict} size="small" aria-label={t(`classification.${verdict}-of`, { title })} onClick={() => decide({ verdict, suggestions: [one] })}>
          {t(`classification.${verdict}`)}
        </Button>
      ))}
    </div>
  )
}

function Decided({ one }: { one: Suggestion }) {
  const { word, principal } = useWords()
  return (
    <div className="two-lines wrap-lines">
      <span>{word('suggestion-status', one.status)}</span>
      {one.decided_at && (
        <Hint>
          {one.decided_by && <>{principal(one.decided_by)} · </>}
          <Time at={one.decided_at} />
          {one.reason && <> · {one.reason}</>}
        </Hint>
      )}
    </div>
  )
}
