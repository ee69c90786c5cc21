import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ownSights } from '../api/access'
import { Copied } from './Copied'
import { type HiddenField, hiddenFields } from './hidden'
import { Code, Hint } from './Text'
import { useSession } from './useSession'
import { useWhyHidden } from './useWhyHidden'

interface Props {
  /** The fields that the rows come from, as `dataset.column`. */
  fields: string[]
  titles?: Map<string, string>
}

/** Under rows: which fields are masked or withheld, by which rule and grade, and how to ask for them. */
export function HiddenNote({ fields, titles }: Props) {
  const { t } = useTranslation()
  const { who, name } = useSession()
  const { data } = useQuery({ ...ownSights, enabled: who.kind === 'session', staleTime: 60_000 })
  if (!data || data.everything) return null
  const hidden = hiddenFields(data)
  const shown = [...new Set(fields)].flatMap((field) => hidden.get(field) ?? [])
  if (shown.length === 0) return null
  const titled = (one: HiddenField) => titles?.get(one.column.name) ?? one.column.name
  return (
    <details className="hidden-note no-print">
      <summary>{t('hidden.summary', { count: shown.length, names: shown.map(titled).join(t('app.comma')) })}</summary>
      <ul className="plain-list">
        {shown.map((one) => (
          <li key={one.field}>
            <span translate="no">{titled(one)}</span> <Code>{one.field}</Code> <Why hidden={one} />
          </li>
        ))}
      </ul>
      <p className="hint">{t('hidden.ask')}</p>
      <Copied label={t('hidden.request')} text={t('hidden.request-text', { name, fields: shown.map(({ field }) => field).join(t('app.comma')) })} />
    </details>
  )
}

function Why({ hidden: { column, policy } }: { hidden: HiddenField }) {
  const { t } = useTranslation()
  const whyHidden = useWhyHidden()
  return <Hint>{[...whyHidden(column), t('hidden.under', { policy })].join(t('app.semicolon'))}</Hint>
}
