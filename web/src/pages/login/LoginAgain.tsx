import { useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Modal from 'antd/es/modal'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { session } from '../../api/access'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { LoginForm } from './LoginForm'

/** Above any other dialog, and below the mark of who looks. */
const LAYER = 1400

/** The session has ended while somebody worked: the page stays as it is behind this, and what was asked for goes on after it. */
export function LoginAgain({ account, onDone }: { account: string; onDone: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  useReturnFocus()
  const place = useRef<HTMLDivElement>(null)
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
        <LoginForm
          account={account}
          isFixed
          submit={t('login.again-do')}
          beside={<Button onClick={() => window.location.reload()}>{t('login.other')}</Button>}
          onDone={(who) => {
            queries.setQueryData(session.queryKey, who)
            onDone()
          }}
        />
      </div>
    </Modal>
  )
}
