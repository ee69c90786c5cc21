import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { useWords } from '../../kit/words'
import type { Clash } from './holding'
import { useFieldWords } from './useFieldWords'

interface Props<F> {
  clashes: Clash<F>[]
  take: (field: keyof F & string) => void
  keep: (field: keyof F & string) => void
}

/** What others changed that is changed here too: both values, one of which is chosen; nothing that was written goes by itself. */
export function Clashes<F>({ clashes, take, keep }: Props<F>) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFieldWords()
  if (clashes.length === 0) return null
  // A form has shares in percent.
  const told = (field: string, value: unknown) => (field === 'share' && value ? `${String(value)}%` : words.value(field, value))
  return (
    <div className="note" role="status">
      <p>{t('plans.clash')}</p>
      <ul className="plan-clashes">
        {clashes.map(({ field, theirs, mine }) => {
          const name = word('plan-field', field)
          return (
            <li key={field}>
              <strong>{name}</strong>
              <dl>
                <div>
                  <dt>{t('plans.clash-theirs')}</dt>
                  <dd translate="no">{told(field, theirs)}</dd>
                </div>
                <div>
                  <dt>{t('plans.clash-mine')}</dt>
                  <dd translate="no">{told(field, mine)}</dd>
                </div>
              </dl>
              <span className="actions">
                <Button size="small" onClick={() => take(field)}>
                  {t('plans.clash-take', { field: name })}
                </Button>
                <Button size="small" onClick={() => keep(field)}>
                  {t('plans.clash-keep', { field: name })}
                </Button>
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
