import { useTranslation } from 'react-i18next'
import type { PolicyFinding } from '../api/access'
import { Code, Hint } from './Text'
import { useDatasetTitles } from './useDatasetTitles'

/** Permits that show nothing of a dataset, because a column that they name is not what it was. */
export function PolicyFindings({ findings, title }: { findings: PolicyFinding[]; title: string }) {
  const { t } = useTranslation()
  const titles = useDatasetTitles()
  if (findings.length === 0) return null
  return (
    <div className="note note-refused" role="alert">
      <p>{title}</p>
      <ul>
        {findings.map(({ policy, dataset, column, lost }) => (
          <li key={`${policy} ${dataset} ${column}`} className="break">
            <Code>{policy}</Code>{' '}
            {t(lost === 'gone' ? 'policies.column-gone' : 'policies.column-another', { dataset: titles.get(dataset) ?? dataset, column })}
          </li>
        ))}
      </ul>
      <Hint>{t('policies.findings-help')}</Hint>
    </div>
  )
}
