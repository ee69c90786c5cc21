import { useTranslation } from 'react-i18next'
import type { PolicyFault as Fault } from '../api/access'
import { Sentence } from './Sentence'
import { Code, Hint } from './Text'

/** That policies have an error, and what is in force in their place: to administrators where it is, to others that they know. */
export function PolicyFault({ fault }: { fault: Fault | null | undefined }) {
  const { t } = useTranslation()
  if (!fault) return null
  const isOpen = fault.in_force === 'former'
  if (fault.problems.length === 0) {
    if (isOpen) return null
    return (
      <p className="note note-refused" role="status">
        {t('policy-fault.known')}
      </p>
    )
  }
  return (
    <div className="note note-refused" role="alert">
      <p>
        <strong>{t('policy-fault.title')}</strong> {t(isOpen ? 'policy-fault.former' : 'policy-fault.nothing')}
      </p>
      <ul>
        {fault.problems.map(({ file, line, column, message, help }) => (
          <li key={`${file}:${line ?? ''}:${column ?? ''} ${message}`} className="break">
            <Code>{line ? `${file}:${line}` : file}</Code> <Sentence text={message} />
            {help && (
              <>
                {' '}
                <Hint>
                  <Sentence text={help} />
                </Hint>
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
