import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { DifferenceLine, RightsPreview } from '../api/access'
import { useEntryTitle } from './entry'
import { Nothing } from './Loaded'
import { Tag } from './Page'
import { PolicyFindings } from './PolicyFindings'
import { useRoleName } from './RoleNames'
import { Code, Hint, Num } from './Text'
import { useDatasetTitles } from './useDatasetTitles'
import { useMaskWords } from './useMaskWords'
import { useWords } from './words'

/** How many lines are shown before somebody asks for more. */
const FIRST = 30

/** What a change would open and close, the largest first; what would be refused says why before all. */
export function RightsDifference({ preview }: { preview: RightsPreview }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(FIRST)
  const roleName = useRoleName()
  const { lines } = preview
  return (
    <section aria-label={t('change.result')}>
      {preview.closes_ways_of.length > 0 && (
        <div className="note note-refused" role="alert">
          <p>{t('change.closes-ways', { roles: preview.closes_ways_of.map(roleName).join(t('app.comma')) })}</p>
        </div>
      )}
      <PolicyFindings findings={preview.findings} title={t('change.findings')} />
      <Matchable columns={preview.matchable ?? []} />
      <p className="difference-sums" role="status">
        <span className="difference-open">
          <span aria-hidden="true">＋</span> {t('change.opening', { count: preview.opening })}
        </span>
        <span className="difference-close">
          <span aria-hidden="true">－</span> {t('change.closing', { count: preview.closing })}
        </span>
        <Hint>{t('change.same', { same: preview.same, changed: preview.changed })}</Hint>
      </p>
      {lines.length === 0 ? (
        <Nothing title={t('change.nothing')}>{t('change.nothing-about')}</Nothing>
      ) : (
        <ul className="difference">
          {lines.slice(0, shown).map((line, place) => (
            <One key={place} line={line} />
          ))}
        </ul>
      )}
      {shown < lines.length && (
        <Button onClick={() => setShown(lines.length)}>{t('change.more', { count: lines.length - shown })}</Button>
      )}
      {lines.length < preview.opening + preview.closing && <Hint>{t('change.cut', { count: lines.length })}</Hint>}
    </section>
  )
}

/** Columns whose values somebody could find out by values of their own. */
function Matchable({ columns }: { columns: NonNullable<RightsPreview['matchable']> }) {
  const { t } = useTranslation()
  const titles = useDatasetTitles()
  if (columns.length === 0) return null
  return (
    <div className="note note-refused" role="alert">
      <p>{t('change.matchable')}</p>
      <ul>
        {columns.map(({ dataset, columns: names, people }) => (
          <li key={dataset} className="break">
            {t('change.matchable-of', { people: t('change.people', { count: people }), dataset: titles.get(dataset) ?? dataset })}{' '}
            <Code>{names.join(t('app.comma'))}</Code>
          </li>
        ))}
      </ul>
      <Hint>{t('change.matchable-help')}</Hint>
    </div>
  )
}

function One({ line }: { line: DifferenceLine }) {
  const { t } = useTranslation()
  return (
    <li className={line.is_opening ? 'difference-line difference-opens' : 'difference-line difference-closes'}>
      <p>
        <span aria-hidden="true" className={line.is_opening ? 'difference-open' : 'difference-close'}>
          {line.is_opening ? '＋' : '－'}
        </span>{' '}
        <strong>{t(line.is_opening ? 'change.opens' : 'change.closes')}</strong> <Sentence line={line} />
      </p>
      {line.disabled > 0 && (
        <p>
          <Tag>{t('change.disabled', { count: line.disabled })}</Tag> {line.is_opening && <Hint>{t('change.disabled-about')}</Hint>}
        </p>
      )}
      {line.kind !== 'duty' && <Rows line={line} />}
      {line.columns.length > 0 && <Columns line={line} />}
      <When line={line} />
      <Whom line={line} />
    </li>
  )
}

const SENTENCES = {
  reading: { opens: 'change.reading-opens', closes: 'change.reading-closes' },
  columns: { opens: 'change.columns-opens', closes: 'change.columns-closes' },
  rows: { opens: 'change.rows-opens', closes: 'change.rows-closes' },
  duty: { opens: 'change.duty-opens', closes: 'change.duty-closes' },
} as const

const isKind = (kind: string): kind is keyof typeof SENTENCES => kind in SENTENCES

/** What one could not, or can no longer, do. */
function Sentence({ line }: { line: DifferenceLine }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const titles = useDatasetTitles()
  const people = t('change.people', { count: line.people })
  const dataset = line.dataset ? (titles.get(line.dataset) ?? line.dataset) : t('change.city')
  const said = { people, dataset, action: word('action-of', line.action ?? '') }
  const { opens, closes } = SENTENCES[isKind(line.kind) ? line.kind : 'reading']
  return (
    <>
      {t(line.is_opening ? opens : closes, said)} {line.dataset && titles.has(line.dataset) && <Code>{line.dataset}</Code>}
    </>
  )
}

function Rows({ line }: { line: DifferenceLine }) {
  const { t } = useTranslation()
  const conditions = (rows: string[]) => (rows.length === 0 ? t('sights.all-rows') : rows.join(t('change.or')))
  const isKnown = typeof line.count_before === 'number' && typeof line.count_after === 'number'
  return (
    <p>
      {line.kind === 'rows' && (
        <>
          {t('change.rows-from')} <Code>{conditions(line.rows_before)}</Code> {t('change.rows-to')} <Code>{conditions(line.rows_after)}</Code>{' '}
        </>
      )}
      {line.kind === 'reading' && (
        <>
          {t('sights.rows')} <Code>{conditions(line.is_opening ? line.rows_after : line.rows_before)}</Code>{' '}
        </>
      )}
      <Hint>
        {isKnown ? (
          <>
            {t('change.counted')} <Num value={line.count_before ?? 0} /> → <Num value={line.count_after ?? 0} />
          </>
        ) : (
          t('change.not-counted')
        )}
      </Hint>
    </p>
  )
}

/** Each by its title, with its name behind it. */
function Columns({ line }: { line: DifferenceLine }) {
  const { t } = useTranslation()
  const named = useEntryTitle()
  const masked = useMaskWords()
  const words = (shown: string[]) => shown.map((one) => (one === 'plain' ? t('change.plain') : masked(one))).join(t('change.or'))
  return (
    <p className="break">
      {line.columns.map(({ name, title, title_en, before, after }, place) => (
        <span key={name}>
          {place > 0 && t('app.semicolon')}
          {title && (
            <>
              <span translate="no">{named({ zh: title, en: title_en })}</span>{' '}
            </>
          )}
          <Code>{name}</Code>{' '}
          {line.kind === 'columns'
            ? t('change.column', { before: before.length > 0 ? words(before) : t('change.absent'), after: after.length > 0 ? words(after) : t('change.absent') })
            : words(line.is_opening ? after : before)}
        </span>
      ))}
    </p>
  )
}

/** In which circumstances, where not in all. */
function When({ line }: { line: DifferenceLine }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const purposes = line.purposes.map((one) => (one === '' ? t('change.no-purpose') : one === '*' ? t('change.other-purpose') : one))
  if (line.ways.length === 0 && purposes.length === 0) return null
  return (
    <p>
      <Hint>
        {t('change.when', { ways: line.ways.map((way) => word('way', way)).join(t('app.comma')), purposes: purposes.join(t('app.comma')) })}
      </Hint>
    </p>
  )
}

function Whom({ line }: { line: DifferenceLine }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const roleName = useRoleName()
  const others = line.people - line.who.reduce((sum, { count }) => sum + count, 0)
  return (
    <details>
      <summary>{t('change.who', { count: line.people })}</summary>
      <ul>
        {line.who.map((who, place) => (
          <li key={place}>
            <span translate="no">
              {[who.department, who.division, ...who.roles.map(roleName), word('account-kind', who.kind)].filter(Boolean).join(' · ')}
            </span>{' '}
            <Num value={who.count} /> {who.is_disabled && <Tag>{t('change.is-disabled')}</Tag>}
            {who.kind !== 'visitor' && (
              <>
                {' '}
                {who.accounts.map((id, at) => (
                  <span key={id}>
                    {at > 0 && t('app.comma')}
                    <Link to={`/policies?tab=who&account=${encodeURIComponent(id)}`} translate="no">
                      {id}
                    </Link>
                  </span>
                ))}
                {who.count > who.accounts.length && t('change.and-others')}
              </>
            )}
          </li>
        ))}
        {others > 0 && <li>{t('change.other-people', { count: others })}</li>}
      </ul>
    </details>
  )
}
