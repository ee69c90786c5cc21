import { useTranslation } from 'react-i18next'
import { Link, useLocation, useParams } from 'react-router'
import type { Problem } from '../api/types'
import { Page } from '../kit/Page'
import { Explained, plain, useExplanation } from '../kit/Problem'

/** What a kind of problem is; with the words of the program when it was reached from one that happened. */
export function ProblemPage() {
  const { t } = useTranslation()
  const { code = '' } = useParams()
  const { state } = useLocation() as { state: { problem?: Problem } | null }
  const known = useExplanation(code)
  const problem = state?.problem
  return (
    <Page title={known?.title ?? problem?.title ?? t('problem.unknown')} about={<span className="code">{code}</span>}>
      <div className="panel prose">
        {problem ? (
          <Explained problem={problem} known={known} />
        ) : known ? (
          <>
            <p>{plain(known.text)}</p>
            {known.help && (
              <p>
                <strong>{t('problem.help')}</strong> {plain(known.help)}
              </p>
            )}
          </>
        ) : (
          <p>{t('problem.unknown-text')}</p>
        )}
        <p>
          <Link to="/">{t('problem.home')}</Link>
        </p>
      </div>
    </Page>
  )
}
