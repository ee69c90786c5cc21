import { useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { sightsOf } from '../../api/access'
import { AccountChoice } from '../../kit/AccountChoice'
import { Field } from '../../kit/Field'
import { Loaded, Nothing } from '../../kit/Loaded'
import { SightList } from '../../kit/SightList'
import { WAYS } from '../../kit/ways'

/** What an account would see, for a purpose and on a way. */
export function WhoSees() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const asked = { id: address.get('account') ?? '', purpose: address.get('purpose') ?? '', way: address.get('way') ?? '' }
  const [typed, setTyped] = useState(asked)
  const query = useQuery({ ...sightsOf(asked.id, asked.purpose, asked.way), enabled: asked.id !== '' })
  const ask = (event: FormEvent) => {
    event.preventDefault()
    const given = { tab: 'who', account: typed.id.trim(), purpose: typed.purpose.trim(), way: typed.way }
    setAddress(Object.fromEntries(Object.entries(given).filter(([, value]) => value)), { replace: true })
  }
  const isMissing = typed.id.trim() === ''
  return (
    <>
      <form onSubmit={ask} className="who-sees padded">
        <Field label={t('accounts.id')} required unmarked help={t('policies.account-help')}>
          {(described) => (
            <AccountChoice described={described} value={typed.id} onChange={(id) => setTyped({ ...typed, id })} />
          )}
        </Field>
        <Field label={t('policies.purpose')} help={t('policies.purpose-help')}>
          {(described) => <Input {...described} value={typed.purpose} onChange={(event) => setTyped({ ...typed, purpose: event.target.value })} />}
        </Field>
        <Field label={t('policies.way')}>
          {(described) => (
            <Select {...described} value={typed.way || 'page'} onChange={(way: string) => setTyped({ ...typed, way })} options={WAYS.map((one) => ({ value: one, label: t(`way.${one}`) }))} />
          )}
        </Field>
        <Button type="primary" htmlType="submit" disabled={isMissing} title={isMissing ? t('policies.account-missing') : ''}>
          {t('policies.ask')}
        </Button>
      </form>
      <div className="surface">
        {asked.id === '' ? (
          <Nothing title={t('policies.ask-first')} />
        ) : (
          <Loaded query={query} doing={t('policies.who-sees')}>
            {(sights) => <SightList sights={sights} label={t('policies.seen-by', { account: asked.id })} />}
          </Loaded>
        )}
      </div>
    </>
  )
}
