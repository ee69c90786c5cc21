import SearchOutlined from '@ant-design/icons/es/icons/SearchOutlined'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { type Account, type AccountFilter, accounts as accountsQuery, roles as rolesQuery } from '../../api/access'
import { AccountLamp } from '../../kit/AccountLamp'
import { type Column, DataTable } from '../../kit/DataTable'
import { Guarded } from '../../kit/Guarded'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section } from '../../kit/Page'
import { RoleNames, useRoleName } from '../../kit/RoleNames'
import { Age, Code } from '../../kit/Text'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useSettled } from '../../kit/useSettled'
import { useWords } from '../../kit/words'
import { ImportAccounts } from './ImportAccounts'
import { MakeAccount } from './MakeAccount'

const STATUSES = ['active', 'invited', 'disabled'] as const
const NAMES = ['q', 'status', 'role', 'department'] as const

/** The accounts of the city, for the system administrator. */
export function Accounts() {
  const { t } = useTranslation()
  return (
    <Guarded title={t('menu.accounts')} needs={['manage-accounts']}>
      <List />
    </Guarded>
  )
}

/** Who is locked is found where the states are, though it is none: it ends by itself. */
const LOCKED = 'locked'

function filterOf(address: URLSearchParams): AccountFilter {
  const { status, ...others } = Object.fromEntries(NAMES.flatMap((name) => (address.get(name) ? [[name, address.get(name)]] : []))) as AccountFilter
  return { ...others, ...(status === LOCKED ? { locked: 'true' } : status && { status }) }
}

function List() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const [isMaking, setMaking] = useState(false)
  const [typed, setTyped] = useState(address.get('q') ?? '')
  const filter = useMemo(() => filterOf(address), [address])
  const query = useInfiniteQuery(accountsQuery(useSettled(filter)))
  const rows = query.data?.pages.flatMap((page) => page.accounts)
  const isImporting = address.get('import') === 'yes'
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
    setTyped('')
    setAddress({}, { replace: true })
  }
  const isNarrowed = Object.keys(filter).length > 0
  return (
    <Page
      title={t('menu.accounts')}
      about={t('accounts.about')}
      actions={
        <>
          {!isImporting && <Button onClick={() => set('import', 'yes')}>{t('accounts.import')}</Button>}
          <Button type="primary" onClick={() => setMaking(true)}>
            {t('accounts.make')}
          </Button>
        </>
      }
    >
      {isImporting && (
        <Section
          title={t('accounts.import')}
          extra={
            <Button type="link" size="small" onClick={() => set('import', '')}>
              {t('action.close')}
            </Button>
          }
        >
          <ImportAccounts />
        </Section>
      )}
      <div className="toolbar no-print">
        <Input
          type="search"
          className="toolbar-search"
          prefix={<SearchOutlined aria-hidden />}
          aria-label={t('accounts.search')}
          placeholder={t('accounts.search')}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            set('q', event.target.value.trim())
          }}
        />
        <Filters filter={filter} set={set} />
        {isNarrowed && (
          <Button type="link" onClick={clear}>
            {t('catalogue.clear')}
          </Button>
        )}
      </div>
      <div className={query.isPlaceholderData ? 'surface is-old' : 'surface'}>
        <Loaded query={{ ...query, data: rows }} doing={t('menu.accounts')}>
          {(list) => <Rows accounts={list} isNarrowed={isNarrowed} />}
        </Loaded>
        {rows && rows.length > 0 && (
          <p className="hint padded-line" role="status">
            {t(query.hasNextPage ? 'accounts.shown-more' : 'accounts.shown', { count: rows.length })}
          </p>
        )}
        {query.hasNextPage && (
          <p className="more no-print">
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </p>
        )}
      </div>
      {isMaking && <MakeAccount onClose={() => setMaking(false)} />}
    </Page>
  )
}

function Filters({ filter, set }: { filter: AccountFilter; set: (name: string, value: string) => void }) {
  const { t } = useTranslation()
  const filterOption = useOptionFilter()
  const roleName = useRoleName()
  const { data: known } = useQuery(rolesQuery)
  return (
    <>
      <Select
        aria-label={t('accounts.status')}
        className="toolbar-select"
        value={filter.locked ? LOCKED : (filter.status ?? '')}
        onChange={(value: string) => set('status', value)}
        options={[
          { value: '', label: t('accounts.any-status') },
          ...STATUSES.map((one) => ({ value: one, label: t(`account-status.${one}`) })),
          { value: LOCKED, label: t('accounts.locked') },
        ]}
      />
      <Select
        aria-label={t('accounts.roles')}
        className="toolbar-select"
        showSearch={{ filterOption }}
        value={filter.role ?? ''}
        onChange={(value: string) => set('role', value)}
        options={[{ value: '', label: t('accounts.any-role') }, ...(known?.roles ?? []).map(({ id }) => ({ value: id, label: roleName(id) }))]}
      />
      <Select
        aria-label={t('accounts.department')}
        className="toolbar-select"
        showSearch={{ filterOption }}
        value={filter.department ?? ''}
        onChange={(value: string) => set('department', value)}
        options={[{ value: '', label: t('accounts.any-department') }, ...(known?.departments ?? []).map((one) => ({ value: one, label: one }))]}
      />
    </>
  )
}

function Rows({ accounts, isNarrowed }: { accounts: Account[]; isNarrowed: boolean }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const columns: Column<Account>[] = [
    {
      key: 'name',
      title: t('accounts.name'),
      render: (one) => (
        <div className="two-lines">
          <Link to={`/accounts/${encodeURIComponent(one.id)}`} translate="no">
            {one.name}
          </Link>
          <Code>{one.id}</Code>
        </div>
      ),
    },
    { key: 'department', title: t('accounts.department'), render: (one) => <span translate="no">{one.department ?? '—'}</span> },
    { key: 'roles', title: t('accounts.roles'), full: true, render: (one) => <span className="wrap"><RoleNames ids={one.roles} /></span> },
    { key: 'status', title: t('accounts.status'), render: (one) => <AccountLamp account={one} /> },
    { key: 'kind', title: t('accounts.kind'), render: (one) => word('account-kind', one.kind) },
    { key: 'factor', title: t('factor.title'), render: (one) => t(one.has_second_factor ? 'accounts.factor-on' : 'accounts.factor-off') },
    { key: 'changed', title: t('accounts.changed'), onlyWide: true, render: (one) => <Age at={one.changed_at} /> },
  ]
  return (
    <DataTable
      label={t('menu.accounts')}
      columns={columns}
      rows={accounts}
      rowKey={(one) => one.id}
      empty={isNarrowed ? <Nothing title={t('accounts.none-found')} /> : <Nothing title={t('accounts.none')}>{t('accounts.none-help')}</Nothing>}
    />
  )
}
