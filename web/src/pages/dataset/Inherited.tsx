import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Entry } from '../../api/ledger'
import { Code, Hint } from '../../kit/Text'
import { useWords } from '../../kit/words'

/** The grade that flows into a model, the columns that bring it, and why a column of its own may be below it. */
export function Inherited({ of }: { of: NonNullable<Entry['inherited']> }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const lowered = of.columns.filter((column) => column.lowered)
  return (
    <div className="two-lines">
      <span>{word('grade', of.grade)}</span>
      <Hint>
        {t('dataset.inherited-from')}
        {of.from.map((column) => (
          <Link key={column} to={`/lineage?of=${encodeURIComponent(column)}&columns=yes`}>
            <Code>{column}</Code>{' '}
          </Link>
        ))}
      </Hint>
      {lowered.map((column) => (
        <Hint key={column.name}>
          <Code>{column.name}</Code> {t('dataset.lowered', { grade: word('grade', column.declared), why: column.lowered })}
        </Hint>
      ))}
    </div>
  )
}
