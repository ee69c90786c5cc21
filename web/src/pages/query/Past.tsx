import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { useTranslation } from 'react-i18next'
import { Nothing } from '../../kit/Loaded'
import { Time } from '../../kit/Text'
import { useNarrow } from '../../kit/useNarrow'
import { useReturnFocus } from '../../kit/useReturnFocus'
import * as format from '../../kit/format'
import type { Asked } from './useAsked'

interface Props {
  asked: Asked[]
  forget: () => void
  onChoose: (sql: string) => void
  onClose: () => void
}

export function Past({ asked, forget, onChoose, onClose }: Props) {
  const { t, i18n } = useTranslation()
  const isNarrow = useNarrow()
  const { stay } = useReturnFocus()
  const choose = (sql: string) => {
    stay()
    onChoose(sql)
  }
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? '100%' : 560}
      title={t('query.past')}
      closable={{ 'aria-label': t('action.close') }}
      extra={
        asked.length > 0 && (
          <Button size="small" onClick={forget}>
            {t('query.forget')}
          </Button>
        )
      }
    >
      {asked.length === 0 ? (
        <Nothing title={t('query.no-past')} />
      ) : (
        <ul className="past">
          {asked.map((one) => (
            <li key={one.at}>
              <button type="button" onClick={() => choose(one.sql)}>
                <code className="code">{one.sql}</code>
                <span className="hint">
                  <Time at={one.at} /> · {t('query.rows', { count: one.rows })} ·{' '}
                  {format.elapsed(one.milliseconds, i18n.language)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Drawer>
  )
}
