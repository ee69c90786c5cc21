import { useTranslation } from 'react-i18next'
import type { Account } from '../api/access'
import { now } from './clock'
import { Lamp } from './Lamp'
import type { LampState } from './lamp'
import { Hint, Time } from './Text'
import { useWords } from './words'

const LOOKS: Record<string, LampState> = { active: 'good', invited: 'due', disabled: 'absent' }

export function AccountLamp({ account }: { account: Pick<Account, 'status' | 'locked_until'> }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const isLocked = account.locked_until && Date.parse(account.locked_until) > now()
  return (
    <div className="two-lines">
      <Lamp state={LOOKS[account.status] ?? 'absent'}>{word('account-status', account.status)}</Lamp>
      {isLocked && account.locked_until && (
        <Hint>
          {t('accounts.locked-until')} <Time at={account.locked_until} />
        </Hint>
      )}
    </div>
  )
}
