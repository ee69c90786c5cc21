import { useTranslation } from 'react-i18next'
import { HiddenRequest } from './HiddenRequest'
import type { HiddenField } from './hidden'
import { Code, Hint } from './Text'
import { useHidden } from './useHidden'
import { useWhyHidden } from './useWhyHidden'

interface Props {
  /** The fields that the rows come from, as `dataset.column`. */
  fields: string[]
  /** What a field is called. */
  titleOf: (field: HiddenField) => string | undefined
  /** What the answer says of them; where it says nothing, it is looked up in what the reader may see. */
  told?: Map<string, HiddenField>
}

/** Under rows: which fields are masked or withheld, by which rule and grade, and how to ask for them. */
export function HiddenNote({ fields, titleOf, told }: Props) {
  const { t } = useTranslation()
  const known = useHidden()
  const hidden = told ?? known
  const shown = [...new Set(fields)].flatMap((field) => hidden.get(field) ?? [])
  if (shown.length === 0) return null
  const titled = (one: HiddenField) => titleOf(one) ?? one.column.name
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
      <HiddenRequest fields={shown} />
    </details>
  )
}

export function Why({ hidden }: { hidden: HiddenField }) {
  const { t } = useTranslation()
  const whyHidden = useWhyHidden()
  return <Hint>{whyHidden(hidden).join(t('app.semicolon'))}</Hint>
}
