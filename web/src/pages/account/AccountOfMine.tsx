import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type Account, ownSights } from '../../api/access'
import { Loaded } from '../../kit/Loaded'
import { Facts, Page } from '../../kit/Page'
import { RoleNames } from '../../kit/RoleNames'
import { SightList } from '../../kit/SightList'
import { Code, Time } from '../../kit/Text'
import { Tabs } from '../../kit/Tabs'
import { useSession } from '../../kit/useSession'
import { useWords } from '../../kit/words'
import { Identities } from './Identities'
import { Password } from './Password'
import { SecondFactor } from './SecondFactor'
import { Sessions } from './Sessions'
import { Tokens } from './Tokens'

/** One's own account, and what one may see. */
export function AccountOfMine() {
  const { t } = useTranslation()
  const { who } = useSession()
  const [address, setAddress] = useSearchParams()
  const { account, openid } = who
  const sights = { key: 'sights', label: t('sights.own'), render: () => <OwnSights /> }
  const own = account
    ? [
        { key: 'facts', label: t('account.facts'), render: () => <Own account={account} /> },
        sights,
        { key: 'password', label: t('password.change'), render: () => <Password /> },
        { key: 'factor', label: t('factor.title'), render: () => <SecondFactor account={account} /> },
        ...(openid ? [{ key: 'identities', label: t('identities.title'), render: () => <Identities openid={openid} mine={account} refused={address.get('refused')} isAsked={address.get('confirm') === 'yes'} /> }] : []),
        { key: 'sessions', label: t('sessions.title'), render: () => <Sessions /> },
        { key: 'tokens', label: t('tokens.title'), render: () => <Tokens /> },
      ]
    : [sights]
  return (
    <Page title={t('account.title')} about={account ? undefined : t('account.local')}>
      <div className="surface">
        <Tabs label={t('account.title')} tabs={own} active={address.get('tab') ?? 'facts'} onChange={(tab) => setAddress({ tab }, { replace: true })} />
      </div>
    </Page>
  )
}

function Own({ account }: { account: Account }) {
  const { t } = useTranslation()
  const { who } = useSession()
  const { word } = useWords()
  return (
    <div className="padded">
      <Facts
        items={[
          [t('accounts.name'), <span translate="no">{account.name}</span>],
          [t('accounts.id'), <Code>{account.id}</Code>],
          [t('accounts.kind'), word('account-kind', account.kind)],
          [t('accounts.department'), account.department ?? '—'],
          [t('accounts.division'), account.division ?? '—'],
          [t('accounts.roles'), <RoleNames ids={account.roles} />],
          [t('account.may'), [...who.actions, ...who.duties].map((action) => word('action-of', action)).join(t('app.comma')) || '—'],
          [t('account.purpose'), who.purpose ?? '—'],
          [t('account.password-at'), account.password_changed_at ? <Time at={account.password_changed_at} /> : '—'],
          [t('account.ends'), who.ends_at ? <Time at={who.ends_at} /> : '—'],
        ]}
      />
      <p className="hint">{t('account.idle', { minutes: who.idle_minutes })}</p>
    </div>
  )
}

function OwnSights() {
  const { t } = useTranslation()
  const query = useQuery(ownSights)
  return (
    <>
      <p className="padded-line hint">{t('sights.own-about')}</p>
      <Loaded query={query} doing={t('sights.own')}>
        {(sights) => <SightList sights={sights} label={t('sights.own')} />}
      </Loaded>
    </>
  )
}
