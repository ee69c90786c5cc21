import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Popconfirm from 'antd/es/popconfirm'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { type Account, account as accountQuery, changeAccount, endSessions, invite, removeSecondFactor, resetPassword, unlock } from '../../api/access'
import type { Told } from '../../api/call'
import { isConflict } from '../../api/errors'
import { AccountLamp } from '../../kit/AccountLamp'
import { now } from '../../kit/clock'
import { Guarded } from '../../kit/Guarded'
import { Loaded } from '../../kit/Loaded'
import { Facts, Page, Section } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { RightsLook } from '../../kit/RightsLook'
import { RoleNames } from '../../kit/RoleNames'
import { Code, Time } from '../../kit/Text'
import { useSession } from '../../kit/useSession'
import { useWords } from '../../kit/words'
import { Identities } from '../account/Identities'
import { Tokens } from '../account/Tokens'
import { isGuarded } from './account'
import { EditAccount } from './EditAccount'
import { GivenLink } from './GivenLink'

/** One account, and what the system administrator does with it. */
export function AccountPage() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  return (
    <Guarded title={id} needs={['manage-accounts']}>
      <Shown id={id} key={id} trail={t('menu.accounts')} />
    </Guarded>
  )
}

function Shown({ id, trail }: { id: string; trail: string }) {
  const { t } = useTranslation()
  const query = useQuery(accountQuery(id))
  const [isEditing, setEditing] = useState(false)
  const guarded = useGuarded(query.data?.data)
  const { openid } = useSession().who
  return (
    <Page
      title={query.data?.data.name ?? id}
      trail={[[trail, '/accounts']]}
      about={<Code>{id}</Code>}
      actions={
        query.data && (
          <Button disabled={guarded !== undefined} title={guarded ?? ''} onClick={() => setEditing(true)}>
            {t('accounts.edit')}
          </Button>
        )
      }
    >
      <Loaded query={query} doing={t('accounts.one')}>
        {(told) => (
          <>
            <Section title={t('account.facts')}>
              <Of account={told.data} />
            </Section>
            <Section title={t('accounts.do')}>
              <Doing told={told} />
            </Section>
            {openid && told.data.kind !== 'service' && (
              <Section title={t('identities.title')} flush>
                <Identities openid={openid} of={id} />
              </Section>
            )}
            {told.data.kind === 'service' && (
              <Section title={t('tokens.title')} flush>
                <Tokens of={id} />
              </Section>
            )}
            {isEditing && <EditAccount told={told} onClose={() => setEditing(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** Why the system administrator keeps out of an account. */
function useGuarded(account: Account | undefined): string | undefined {
  const { t } = useTranslation()
  const { who } = useSession()
  return account && who.kind !== 'local' && isGuarded(account) ? t('accounts.guarded') : undefined
}

function Of({ account }: { account: Account }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <Facts
      items={[
        [t('accounts.status'), <AccountLamp account={account} />],
        [t('accounts.kind'), word('account-kind', account.kind)],
        [t('accounts.department'), <span translate="no">{account.department ?? '—'}</span>],
        [t('accounts.division'), account.division ?? '—'],
        ...(account.uscc ? [[t('accounts.uscc'), <Code>{account.uscc}</Code>] as [string, React.ReactNode]] : []),
        [t('accounts.roles'), <RoleNames ids={account.roles} />],
        [t('factor.title'), t(account.has_second_factor ? 'accounts.factor-on' : 'accounts.factor-off')],
        [t('account.password-at'), account.password_changed_at ? <Time at={account.password_changed_at} /> : '—'],
        [t('accounts.created'), <Time at={account.created_at} />],
        [t('accounts.changed'), <Time at={account.changed_at} />],
      ]}
    />
  )
}

/** What is done to the account at once, each with what follows from it. */
function Doing({ told: { data: account, etag } }: { told: Told<Account> }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const renew = () => queries.invalidateQueries({ queryKey: ['accounts'] })
  const link = useMutation({ mutationFn: () => (account.status === 'invited' ? invite(account.id) : resetPassword(account.id)), onSettled: renew })
  const turn = useMutation({ mutationFn: () => changeAccount(account.id, { disabled: account.status !== 'disabled' }, etag), onSettled: renew })
  const end = useMutation({ mutationFn: () => endSessions(account.id), onSettled: renew })
  const open = useMutation({ mutationFn: () => unlock(account.id), onSettled: renew })
  const remove = useMutation({ mutationFn: () => removeSecondFactor(account.id), onSettled: renew })
  const guarded = useGuarded(account)
  const isDisabled = account.status === 'disabled'
  const why = guarded ?? (isDisabled ? t('accounts.is-disabled') : undefined)
  const isInvited = account.status === 'invited'
  const hasPassword = account.kind !== 'service'
  const linkWords = isInvited ? 'accounts.invite' : 'accounts.reset'
  const failed = [link, turn, end, open, remove].find((one) => one.isError)
  return (
    <>
      {guarded && <p className="hint">{guarded}</p>}
      <ul className="doings">
        {hasPassword && (
          <li>
            {isInvited ? (
              <Button type="primary" loading={link.isPending} onClick={() => link.mutate()}>
                {t(linkWords)}
              </Button>
            ) : (
              <Popconfirm title={t('accounts.reset-sure')} okText={t(linkWords)} cancelText={t('action.cancel')} onConfirm={() => link.mutate()} disabled={why !== undefined}>
                <Button loading={link.isPending} disabled={why !== undefined} title={why ?? ''}>
                  {t(linkWords)}
                </Button>
              </Popconfirm>
            )}
            <span className="hint">{t(isInvited ? 'accounts.invite-about' : 'accounts.reset-about')}</span>
          </li>
        )}
        {hasPassword && (
          <li>
            <Button loading={end.isPending} onClick={() => end.mutate()}>
              {t('accounts.end-sessions')}
            </Button>
            <span className="hint" role="status">
              {t(end.isSuccess ? 'accounts.sessions-ended' : 'accounts.end-sessions-about')}
            </span>
          </li>
        )}
        {account.locked_until && Date.parse(account.locked_until) > now() && (
          <li>
            <Button loading={open.isPending} disabled={guarded !== undefined} title={guarded ?? ''} onClick={() => open.mutate()}>
              {t('accounts.unlock')}
            </Button>
            <span className="hint">{t('accounts.unlock-about')}</span>
          </li>
        )}
        {account.has_second_factor && (
          <li>
            <Popconfirm title={t('accounts.factor-sure')} okText={t('factor.remove')} cancelText={t('action.cancel')} onConfirm={() => remove.mutate()} disabled={guarded !== undefined}>
              <Button loading={remove.isPending} disabled={guarded !== undefined} title={guarded ?? ''}>{t('factor.remove')}</Button>
            </Popconfirm>
            <span className="hint">{t('accounts.factor-about')}</span>
          </li>
        )}
        <li>
          <Popconfirm
            title={t(isDisabled ? 'accounts.enable-sure' : 'accounts.disable-sure', { name: account.name })}
            okText={t(isDisabled ? 'accounts.enable' : 'accounts.disable')}
            cancelText={t('action.cancel')}
            onConfirm={() => turn.mutate()}
            disabled={guarded !== undefined}
          >
            <Button danger={!isDisabled} loading={turn.isPending} disabled={guarded !== undefined} title={guarded ?? ''}>
              {t(isDisabled ? 'accounts.enable' : 'accounts.disable')}
            </Button>
          </Popconfirm>
          <span className="hint">{t(isDisabled ? 'accounts.enable-about' : 'accounts.disable-about')}</span>
        </li>
        <li>
          <RightsLook
            key={account.status}
            change={{ account: { id: account.id, disabled: !isDisabled } }}
            label={t(isDisabled ? 'accounts.look-enable' : 'accounts.look-disable')}
            about={t(isDisabled ? 'accounts.look-enable-about' : 'accounts.look-disable-about')}
          />
        </li>
      </ul>
      {link.data && <GivenLink link={link.data} name={account.name} />}
      {failed && isConflict(failed.error) ? (
        <p className="note" role="alert">
          {t('accounts.outdated-do')}
        </p>
      ) : (
        failed && <ProblemPanel error={failed.error} doing={t('accounts.do')} />
      )}
    </>
  )
}
