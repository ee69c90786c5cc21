import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { useTranslation } from 'react-i18next'
import { giveGrant, previewRights } from '../../api/access'
import { problemOf } from '../../api/errors'
import { Waiting } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { RightsDifference } from '../../kit/RightsDifference'
import { Saved } from '../../kit/Saved'
import { Sentence } from '../../kit/Sentence'
import { useDrafted } from '../../kit/useDrafted'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { GrantFields } from './GrantFields'
import { NO_GRANT, missingOf, newGrant } from './grant'

/** Gives a grant. What the negative list forbids is refused, with the entry and somebody who would have seen it. */
export function GiveGrant({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const queries = useQueryClient()
  useReturnFocus()
  const { draft, isKnown, now: form, write, reset, finish } = useDrafted('access.grant.new', NO_GRANT)
  const looked = useMutation({ mutationFn: () => previewRights({ grant: newGrant(form) }) })
  // What was looked at is what was typed then.
  const set = (part: Partial<typeof form>) => {
    looked.reset()
    write(part)
  }
  const give = useMutation({
    mutationFn: () => giveGrant(newGrant(form), looked.data?.before),
    onSuccess: async () => {
      await finish()
      await queries.invalidateQueries({ queryKey: ['grants'] })
      onClose()
    },
  })
  const missing = missingOf(form)
  return (
    <Drawer open onClose={onClose} placement="right" size={isNarrow ? '100%' : 640} title={t('grants.give')} closable={{ 'aria-label': t('action.close') }}>
      {!isKnown ? (
        <Waiting />
      ) : (
        <>
          <Restored draft={draft} reset={reset} />
          <GrantFields form={form} set={set} problem={give.isError ? problemOf(give.error) : undefined} />
          {give.isError && <Refusal error={give.error} />}
          {looked.isError && !give.isError && <Refusal error={looked.error} />}
          {looked.data && <RightsDifference preview={looked.data} />}
          <div className="actions">
            <Button loading={looked.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''} onClick={() => looked.mutate()}>
              {t('change.look')}
            </Button>
            <Button type="primary" loading={give.isPending} disabled={missing !== undefined} title={missing ? t(missing) : ''} onClick={() => give.mutate()}>
              {t('grants.give')}
            </Button>
            {missing && <span className="hint">{t(missing)}</span>}
            <Saved draft={draft} />
          </div>
        </>
      )}
    </Drawer>
  )
}

/** What is forbidden is told entry by entry, before the words of the program. */
function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  return (
    <>
      {problem.code === 'grant-forbidden' && (
        <div className="note note-refused" role="alert">
          <p>{t('grants.forbidden')}</p>
          <ul>
            {(problem.causes ?? []).map((cause) => (
              <li key={cause}>
                <Sentence text={cause} />
              </li>
            ))}
          </ul>
        </div>
      )}
      <ProblemPanel error={error} doing={t('grants.give')} />
    </>
  )
}
