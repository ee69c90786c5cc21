import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { forms } from '../../api/forms'
import { metrics } from '../../api/metrics'
import type { PlanBinding } from '../../api/plans'
import { useEntryTitle } from '../../kit/entry'
import { Hint } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { Decided } from './Decided'

/** The metric or the form by its title, or what there is in its place. */
export function SourceLink({ binding }: { binding: PlanBinding }) {
  const { word } = useWords()
  const title = useEntryTitle()
  const { data: all = [] } = useQuery({ ...metrics, enabled: binding.kind === 'metric' })
  if (binding.kind === 'metric' && binding.id) {
    const found = all.find(({ id }) => id === binding.id)
    return (
      <Link to={`/figures/${encodeURIComponent(binding.id)}`} translate="no">
        {found ? title(found.title) : binding.id}
      </Link>
    )
  }
  if (binding.kind === 'form' && binding.id) return <FormSource id={binding.id} />
  return <span>{word('plan-binding', binding.kind)}</span>
}

/** The form that a number comes from, and when it was last reported. */
function FormSource({ id }: { id: string }) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const { data } = useQuery(forms)
  const form = data?.forms.find(({ dataset }) => dataset === id)
  return (
    <span>
      <Link to={`/forms/${encodeURIComponent(id)}`} translate="no">
        {form ? title({ zh: form.title, en: form.title_en ?? null }) : id}
      </Link>{' '}
      {form && <Hint>{form.last_reported_on ? `${t('forms.last')} ${form.last_reported_on}` : t('forms.none-reported')}</Hint>}
    </span>
  )
}

/** Who bound it; without a person it is what the file of the city proposes. */
export function BoundBy({ binding }: { binding: PlanBinding }) {
  const { t } = useTranslation()
  if (binding.by) return <Decided by={binding.by} />
  if (binding.kind === 'open') return <Hint>—</Hint>
  return (
    <span className="wrap">
      {t('plans.proposed-by-file')}
      {binding.note && <span className="hint" lang="zh-CN">{` · ${binding.note}`}</span>}
    </span>
  )
}
