import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { createAccount } from '../../api/access'
import { problemOf } from '../../api/errors'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { Saved } from '../../kit/Saved'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { AccountFields } from './AccountFields'
import { NO_ACCOUNT, isJoined, missingOf, newAccount } from './account'

/** A new account; its page, where it is invited, comes next. */
export function MakeAccount({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { stay } = useReturnFocus()
  const { draft, isKnown, now: form, write, reset, finish } = useDrafted('access.account.new', NO_ACCOUNT)
  const make = useMutation({
    mutationFn: () => createAccount(newAccount(form)),
    onSuccess: async ({ id }) => {
      await finish()
      await queries.invalidateQueries({ queryKey: ['accounts'] })
      stay()
      void navigate(`/accounts/${encodeURIComponent(id)}`)
    },
  })
  const missing = missingOf(form) ?? (isJoined(form.roles) ? 'accounts.roles-joined' : undefined)
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 560} title={t('accounts.make')} closable={{ 'aria-label': t('action.close') }}>
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          <Restored draft={draft} reset={reset} />
          <AccountFields form={form} isNew problem={make.isError ? problemOf(make.error) : undefined} set={write} />
          {make.isError && <ProblemPanel error={make.error} doing={t('accounts.make')} />}
          <div className="actions">
            <Button type="primary" loading={make.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''} onClick={() => make.mutate()}>
              {t('accounts.make')}
            </Button>
            <Saved draft={draft} />
          </div>
        </>
      )}
    </Drawer>
  )
}
