import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Account, account as accountQuery, changeAccount } from '../../api/access'
import type { Told } from '../../api/call'
import { isConflict, problemOf } from '../../api/errors'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { RightsLook } from '../../kit/RightsLook'
import { Saved } from '../../kit/Saved'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { changedOf } from '../plan/holding'
import { AccountFields } from './AccountFields'
import { type AccountForm, changeOf, isJoined, missingOf, moveOf, toForm } from './account'

/** Only what was changed is written, so that what others change meanwhile is not taken back; it lies over what is read anew. */
export function EditAccount({ told, onClose }: { told: Told<Account>; onClose: () => void }) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  const [{ data: seen, etag }, setSeen] = useState(told)
  useReturnFocus()
  const before = toForm(seen)
  const { draft, isKnown, now, write, reset, finish } = useDrafted<{ fields: Partial<AccountForm> }>(`access.account.${seen.id}`, { fields: {} })
  const form = { ...before, ...now.fields }
  const fields = changedOf(before, form)
  const move = moveOf(fields)
  const save = useMutation({
    mutationFn: () => changeAccount(seen.id, changeOf(fields), etag),
    onSuccess: async (fresh) => {
      await finish()
      queries.setQueryData(accountQuery(seen.id).queryKey, fresh)
      await queries.invalidateQueries({ queryKey: ['accounts'] })
      onClose()
    },
    onError: async (error) => {
      if (isConflict(error)) setSeen(await queries.fetchQuery({ ...accountQuery(seen.id), staleTime: 0 }))
    },
  })
  const isSame = Object.keys(fields).length === 0
  const missing = missingOf(form) ?? (isJoined(form.roles) ? 'accounts.roles-joined' : isSame ? 'accounts.nothing-changed' : undefined)
  const isOutdated = save.isError && isConflict(save.error)
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? '100%' : 560}
      title={t('accounts.edit-of', { name: seen.name })}
      closable={{ 'aria-label': t('action.close') }}
    >
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          <Restored draft={draft} reset={reset} />
          <AccountFields form={form} isNew={false} problem={save.isError ? problemOf(save.error) : undefined} set={(part) => write(({ fields: former }) => ({ fields: { ...former, ...part } }))} />
          {isOutdated && (
            <p className="note" role="alert">
              {t('accounts.outdated')}
            </p>
          )}
          {save.isError && !isOutdated && <ProblemPanel error={save.error} doing={t('accounts.edit')} />}
          {Object.keys(move).length > 0 && !missing && <RightsLook key={JSON.stringify(move)} change={{ account: { id: seen.id, ...move } }} />}
          <div className="actions">
            <Button type="primary" loading={save.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''} onClick={() => save.mutate()}>
              {t('edit.save')}
            </Button>
            <Saved draft={draft} />
          </div>
        </>
      )}
    </Drawer>
  )
}
