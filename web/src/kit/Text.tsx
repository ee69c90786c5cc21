import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Cell } from '../api/types'
import * as format from './format'
import { pieces } from './pieces'
import { useNow } from './useNow'

/** Small pieces of text that appear on every page, each written in one way. */

export function Num({ value }: { value: number }) {
  const { i18n } = useTranslation()
  return <span className="num">{format.number(value, i18n.language)}</span>
}

/** A number to be grasped; the exact one is its tip. */
export function Short({ value }: { value: number }) {
  const { i18n } = useTranslation()
  return (
    <span className="num" title={format.number(value, i18n.language)}>
      {format.short(value, i18n.language)}
    </span>
  )
}

export function Score({ value, isLate }: { value: number | null | undefined; isLate?: boolean }) {
  const { t } = useTranslation()
  if (value === null || value === undefined) return <span className="hint">{t('score.none')}</span>
  const level = isLate ? 'late' : value >= 98 ? 'good' : value >= 90 ? 'due' : 'late'
  return <span className={`num score score-${level}`}>{format.score(value)}</span>
}

interface Scored {
  score?: number | null | undefined
  rows_in: number
  rows_quarantined: number
}

/**
 * The score of a delivery, which counts cells, and beside it, where rows wait in quarantine, the share of the rows that was accepted. One
 * of which nothing was accepted looks good in no way.
 */
export function BatchScore({ batch: { score, rows_in, rows_quarantined } }: { batch: Scored }) {
  const { t } = useTranslation()
  if (typeof score !== 'number' || rows_in === 0 || rows_quarantined === 0) return <Score value={score} />
  const accepted = 1 - rows_quarantined / rows_in
  return (
    <>
      <Score value={score} isLate={accepted === 0} />{' '}
      <span className="hint num">{t('score.accepted', { share: format.share(accepted) })}</span>
    </>
  )
}

export function Time({ at, seconds }: { at: string; seconds?: boolean }) {
  return (
    <time dateTime={at} className="num" {...(!seconds && { title: format.time(at, true) })}>
      {format.time(at, seconds)}
    </time>
  )
}

export function Age({ at }: { at: string }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const isNow = Math.abs(now - Date.parse(at)) < 60_000
  return (
    <time dateTime={at} title={format.time(at, true)}>
      {isNow ? t('age.now') : format.age(at, now, i18n.language)}
    </time>
  )
}

export function DatasetLink({ id, title }: { id: string; title?: React.ReactNode }) {
  return (
    <Link to={`/datasets/${encodeURIComponent(id)}`} translate="no">
      {title ?? id}
    </Link>
  )
}

export function BatchLink({ id, children }: { id: string; children?: React.ReactNode }) {
  return (
    <Link to={`/batches/${encodeURIComponent(id)}`} className="code" translate="no">
      {children ?? id}
    </Link>
  )
}

export function Code({ children }: { children: React.ReactNode }) {
  return (
    <code className="code" translate="no">
      {children}
    </code>
  )
}

export function Hint({ children }: { children: React.ReactNode }) {
  return <span className="hint">{children}</span>
}

/** Text as it came. Signs that no screen shows get a mark, so that a reader can see what is wrong with a cell. */
export function Raw({ text }: { text: string }) {
  return (
    <span className="raw" translate="no">
      {pieces(text).map((piece, place) =>
        piece.isSign ? (
          <span key={place} className="sign">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </span>
  )
}

export function CellText({ value }: { value: Cell }) {
  const { t } = useTranslation()
  if (value === null) return <span className="null">{t('cell.null')}</span>
  if (typeof value === 'number') return <span className="num">{String(value)}</span>
  if (typeof value === 'boolean') return <span>{t(value ? 'cell.true' : 'cell.false')}</span>
  const text = typeof value === 'object' ? JSON.stringify(value) : value
  return text === '' ? <span className="null">{t('cell.empty')}</span> : <Raw text={text} />
}
