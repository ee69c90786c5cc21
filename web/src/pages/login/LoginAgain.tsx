import { useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Modal from 'antd/es/modal'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { type Who, session } from '../../api/access'
import { got } from '../../api/call'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useSession } from '../../kit/useSession'
import { LoginForm } from './LoginForm'
import { OpenidButton } from './OpenidButton'
import { DONE, onSignedIn } from './openid'

/** Above any other dialog, and below the mark of who looks. */
const LAYER = 1400

/** The session has ended while somebody worked: the page stays as it is behind this, and what was asked for goes on after it. */
export function LoginAgain({ account, onDone }: { account: string; onDone: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  useReturnFocus()
  const place = useRef<HTMLDivElement>(null)
  const { openid } = useSession().who
  const done = useRef((who: Who) => {
    queries.setQueryData(session.queryKey, who)
    onDone()
  })
  // Another window has signed in at the provider, and this page goes on as it is; for anybody else it is read anew.
  useEffect(
    () =>
      onSignedIn(() => {
        void got<Who>('/session').then((who) => {
          if (who.kind !== 'session') return
          if (who.account?.id === account) done.current(who)
          else window.location.reload()
        })
      }),
    [account],
  )
  return (
    <Modal
      open
      zIndex={LAYER}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={null}
      title={t('login.again')}
      // The dialog takes the focus for itself when it opens.
      afterOpenChange={(isOpen) => isOpen && place.current?.querySelector<HTMLElement>('[type=password]')?.focus()}
    >
      <p>{t('login.again-about')}</p>
      <div ref={place}>
        {openid && <OpenidButton openid={openid} to={DONE} isBeside />}
        <LoginForm
          account={account}
          isFixed
          submit={t('login.again-do')}
          beside={<Button onClick={() => window.location.reload()}>{t('login.other')}</Button>}
          onDone={(who) => done.current(who)}
        />
      </div>
    </Modal>
  )
}
