import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Nothing } from '../../kit/Loaded'
import { Time } from '../../kit/Text'
import { useReturnFocus } from '../../kit/useReturnFocus'
import { useNarrow } from '../../kit/useNarrow'
import * as format from '../../kit/format'
import { asked, forget } from './history'

interface Props {
  onChoose: (sql: string) => void
  onClose: () => void
}

export function Past({ onChoose, onClose }: Props) {
  const { t, i18n } = useTranslation()
  const isNarrow = useNarrow()
  const { stay } = useReturnFocus()
  const [list, setList] = useState(asked)
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? '100%' : 560}
      title={t('query.past')}
      closable={{ 'aria-label': t('action.close') }}
      extra={
        list.length > 0 && (
          <Button size="small" onClick={() => setList(forget())}>
            {t('query.forget')}
          </Button>
        )
      }
    >
      {list.length === 0 ? (
        <Nothing title={t('query.no-past')} />
      ) : (
        <ul className="past">
          {list.map((one) => (
            <li key={one.at}>
              <button type="button" onClick={() => {
                  stay()
                  onChoose(one.sql)
                }}>
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
