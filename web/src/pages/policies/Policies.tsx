import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type Policy, type PolicyList, policies as policiesQuery } from '../../api/access'
import { packs } from '../../api/queries'
import { Guarded } from '../../kit/Guarded'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section, Tag } from '../../kit/Page'
import { PolicyFault } from '../../kit/PolicyFault'
import { PolicyFindings } from '../../kit/PolicyFindings'
import { Tabs } from '../../kit/Tabs'
import { Code, Hint, Num } from '../../kit/Text'
import { useSession } from '../../kit/useSession'
import { Change } from './Change'
import { WhoSees } from './WhoSees'
import { type Group, grouped, isForbidding } from './groups'

/** The policies in force, and what an account sees under them. */
export function Policies() {
  const { t } = useTranslation()
  return (
    <Guarded title={t('menu.policies')} needs={['manage-policies', 'audit']}>
      <Shown />
    </Guarded>
  )
}

function Shown() {
  const { t } = useTranslation()
  const { may } = useSession()
  const query = useQuery(policiesQuery)
  const [address, setAddress] = useSearchParams()
  const tabs = [
    {
      key: 'list',
      label: t('policies.list'),
      render: () => (
        <Loaded query={query} doing={t('menu.policies')}>
          {(list) => <List list={list} />}
        </Loaded>
      ),
    },
    ...(may('manage-policies')
      ? [
          { key: 'who', label: t('policies.who-sees'), render: () => <WhoSees /> },
          { key: 'change', label: t('change.tab'), render: () => <Change /> },
        ]
      : []),
  ]
  return (
    <Page title={t('menu.policies')} about={t('policies.about')}>
      <Tabs label={t('menu.policies')} tabs={tabs} active={address.get('tab') ?? 'list'} onChange={(tab) => setAddress({ tab }, { replace: true })} />
    </Page>
  )
}

function List({ list }: { list: PolicyList }) {
  const { t } = useTranslation()
  if (list.policies.length === 0) return <Nothing title={t('policies.none')} />
  return (
    <>
      <PolicyFault fault={list.fault} />
      <p className="padded-line hint break">
        {t('policies.hash')} <Code>{list.hash}</Code>
      </p>
      <PolicyFindings findings={list.findings} title={t('policies.findings')} />
      {grouped(list.policies).map((group) => (
        <OfSource key={group.source} group={group} />
      ))}
    </>
  )
}

function OfSource({ group }: { group: Group }) {
  const { t } = useTranslation()
  const { data: known } = useQuery(packs)
  const title = known?.find(({ id }) => id === group.source)?.title
  return (
    <Section title={t(`policies.of-${group.kind}`, { source: title ?? group.source })} extra={<Num value={group.policies.length} />}>
      <ul className="policies">
        {group.policies.map((policy) => (
          <One key={policy.id} policy={policy} />
        ))}
      </ul>
    </Section>
  )
}

/** What it is about goes first; the text itself is for those who read it. */
function One({ policy }: { policy: Policy }) {
  const { t } = useTranslation()
  return (
    <li>
      <p>
        {isForbidding(policy.text) ? <Tag tone="hard">{t('policies.forbids')}</Tag> : <Tag>{t('policies.permits')}</Tag>}{' '}
        <span translate="no">{policy.about ?? policy.id}</span>
      </p>
      <p>
        <Code>{policy.id}</Code> {policy.basis && <Hint>{t('sights.basis', { basis: policy.basis })}</Hint>}
      </p>
      <details>
        <summary>{t('policies.text')}</summary>
        <pre className="policy-text" translate="no" tabIndex={0} aria-label={t('policies.text-of', { id: policy.id })}>
          {policy.text}
        </pre>
      </details>
    </li>
  )
}
