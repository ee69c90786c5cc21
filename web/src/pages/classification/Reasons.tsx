import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Reason, Suggestion } from '../../api/classification'
import { Code, Hint } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** Why something is suggested, in words; of values counts alone. */
export function Reasons({ of }: { of: Suggestion }) {
  const { t } = useTranslation()
  return (
    <div className="two-lines wrap-lines">
      {of.reasons.map((reason, place) => (
        <span key={place}>
          <InWords reason={reason} />
        </span>
      ))}
      {of.confidence > 0 && <Hint>{t('classification.confidence', { percent: Math.round(of.confidence * 100) })}</Hint>}
    </div>
  )
}

function InWords({ reason }: { reason: Reason }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const text = reason.text ?? ''
  switch (reason.kind) {
    case 'name':
      return t(reason.is_whole ? 'suggested-by.name' : 'suggested-by.part', { where: word('found-in', reason.found_in), text, word: reason.word ?? '' })
    case 'standard':
      return t('suggested-by.standard', { standard: word('standard', reason.standard) })
    case 'content':
      return t('suggested-by.content', { look: word('look', reason.look), values: reason.values ?? 0, looked: reason.looked ?? 0 })
    case 'contradicted':
      return t('suggested-by.contradicted', { looked: reason.looked ?? 0 })
    case 'declared':
      return t('suggested-by.declared', { grade: word('grade', reason.grade) })
    case 'together':
      return t('suggested-by.together', { text, fields: reason.from.join(t('app.comma')) })
    case 'inflow':
      return (
        <>
          {t('suggested-by.inflow', { grade: word('grade', reason.grade) })} <Columns from={reason.from} />
        </>
      )
    default:
      return t('suggested-by.nothing')
  }
}

/** Columns that a grade flows in from, each leading to its lineage. */
export function Columns({ from }: { from: string[] }) {
  return (
    <>
      {from.map((column) => (
        <Link key={column} to={`/lineage?of=${encodeURIComponent(column)}&columns=yes`}>
          <Code>{column}</Code>{' '}
        </Link>
      ))}
    </>
  )
}
