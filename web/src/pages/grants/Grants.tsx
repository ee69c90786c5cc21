import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Select from 'antd/es/select'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type Grant, grants as grantsQuery, revokeGrant, roles as rolesQuery } from '../../api/access'
import { AccountChoice } from '../../kit/AccountChoice'
import { type Column, DataTable } from '../../kit/DataTable'
import { EntryChoice } from '../../kit/EntryChoice'
import { Guarded } from '../../kit/Guarded'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { Code, DatasetLink, Hint } from '../../kit/Text'
import { useAccountNames } from '../../kit/useAccountNames'
import { useDatasetTitles } from '../../kit/useDatasetTitles'
import { useNow } from '../../kit/useNow'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { GiveGrant } from './GiveGrant'
import { Grantee, GrantLamp, Scope, Until } from './GrantParts'
import { type GrantState, isAccount, peopleOf, stateOf } from './grant'
import 'texts:grants'

const STATES: GrantState[] = ['in-force', 'waiting', 'broken', 'ended', 'revoked', 'used-up']

/** Who may read what, by a decision on each: given, revoked, and all that have ended. */
export function Grants() {
  const { t } = useTranslation()
  return (
    <Guarded title={t('menu.grants')} needs={['manage-policies']}>
      <List />
    </Guarded>
  )
}

function List() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const [isGiving, setGiving] = useState(false)
  const titles = useDatasetTitles()
  const now = useNow()
  const { data: known } = useQuery(rolesQuery)
  const filterOption = useOptionFilter()
  const part = (name: string) => address.get(name) ?? ''
  const filter = { dataset: part('dataset'), account: part('account'), department: part('department') }
  const { dataset } = filter
  const state = part('state')
  const isNarrowed = [...Object.values(filter), state].some(Boolean)
  const query = useQuery(grantsQuery(filter))
  const shown = query.data?.filter((grant) => state === '' || stateOf(grant, now) === state)
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
    <Page
      title={t('menu.grants')}
      about={t('grants.about')}
      actions={
        <Button type="primary" onClick={() => setGiving(true)}>
          {t('grants.give')}
        </Button>
      }
    >
      <div className="toolbar no-print">
        <EntryChoice label={t('grants.by-dataset')} value={dataset} title={titles.get(dataset) ?? dataset} onChange={(id) => set('dataset', id)} />
        <Select
          aria-label={t('grants.state')}
          className="toolbar-select"
          value={state}
          onChange={(value: string) => set('state', value)}
          options={[{ value: '', label: t('grants.any-state') }, ...STATES.map((one) => ({ value: one, label: t(`grant-state.${one}`) }))]}
        />
        <AccountNamed value={filter.account} onChange={(id) => set('account', id)} />
        <Select
          aria-label={t('grants.by-department')}
          className="toolbar-select"
          showSearch={{ filterOption }}
          value={filter.department}
          onChange={(value: string) => set('department', value)}
          options={[{ value: '', label: t('accounts.any-department') }, ...(known?.departments ?? []).map((one) => ({ value: one, label: one }))]}
        />
        {isNarrowed && (
          <Button type="link" onClick={() => setAddress({}, { replace: true })}>
            {t('catalogue.clear')}
          </Button>
        )}
      </div>
      <div className="surface">
        <Loaded query={{ ...query, data: shown }} doing={t('menu.grants')}>
          {(list) => <Rows grants={list} isNarrowed={isNarrowed} />}
        </Loaded>
      </div>
      {isGiving && <GiveGrant onClose={() => setGiving(false)} />}
    </Page>
  )
}

/** It is asked for when it is chosen, or written to its end. */
function AccountNamed({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  const ask = (id: string) => {
    if (id.trim() !== value) onChange(id.trim())
  }
  return (
    <AccountChoice className="toolbar-text" label={t('grants.by-account')} value={typed} onChange={setTyped} onDone={ask} />
  )
}

function Rows({ grants, isNarrowed }: { grants: Grant[]; isNarrowed: boolean }) {
  const { t } = useTranslation()
  const titles = useDatasetTitles()
  const now = useNow()
  const [revoking, setRevoking] = useState<Grant>()
  const nameOf = useAccountNames(useMemo(() => grants.flatMap(peopleOf), [grants]))
  const columns: Column<Grant>[] = [
    {
      key: 'to',
      title: t('grants.to'),
      render: (one) => (
        <div className="two-lines">
          <Grantee to={one.granted.to} nameOf={nameOf} />
          <Code>{isAccount(one.granted.to) ? `${one.id} · ${one.granted.to.id}` : one.id}</Code>
        </div>
      ),
    },
    {
      key: 'dataset',
      title: t('dataset.one'),
      full: true,
      render: (one) => (
        <div className="two-lines sight-policy">
          <DatasetLink id={one.granted.dataset} title={titles.get(one.granted.dataset) ?? one.granted.dataset} />
          {titles.has(one.granted.dataset) && <Code>{one.granted.dataset}</Code>}
        </div>
      ),
    },
    {
      key: 'purpose',
      title: t('grants.purpose'),
      full: true,
      render: (one) => (
        <div className="two-lines sight-policy">
          <span translate="no">{one.granted.purpose}</span>
          {one.granted.basis && <Hint>{t('sights.basis', { basis: one.granted.basis })}</Hint>}
        </div>
      ),
    },
    { key: 'state', title: t('grants.state'), full: true, render: (one) => <GrantLamp grant={one} nameOf={nameOf} /> },
    { key: 'until', title: t('grants.until'), full: true, render: (one) => <Until grant={one} /> },
    {
      key: 'do',
      title: t('version.do'),
      pinned: true,
      render: (one) => {
        const state = stateOf(one, now)
        if (state !== 'in-force' && state !== 'waiting' && state !== 'broken') return '—'
        return (
          <Button size="small" aria-label={t('grants.revoke-of', { id: one.id })} onClick={() => setRevoking(one)}>
            {t('grants.revoke')}
          </Button>
        )
      },
    },
  ]
  return (
    <>
      <DataTable
        label={t('menu.grants')}
        columns={columns}
        rows={grants}
        rowKey={(one) => one.id}
        expand={{ title: t('grants.scope'), render: (one) => <Scope grant={one} nameOf={nameOf} /> }}
        empty={isNarrowed ? <Nothing title={t('grants.none-found')} /> : <Nothing title={t('grants.none')}>{t('grants.none-help')}</Nothing>}
      />
      {revoking && <Revoke grant={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  )
}

function Revoke({ grant, onClose }: { grant: Grant; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: (why: string) => revokeGrant(grant.id, why),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries({ queryKey: ['grants'] })
    },
  })
  return (
    <ReasonDialog
      title={t('grants.revoke-of', { id: grant.id })}
      confirm={t('grants.revoke')}
      danger
      stock={t('grants.revoke-stock').split('|')}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={(why) => revoke.mutate(why)}
      onClose={onClose}
    >
      <p>{t('grants.revoke-about')}</p>
    </ReasonDialog>
  )
}
