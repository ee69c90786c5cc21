import LinkOutlined from '@ant-design/icons/es/icons/LinkOutlined'
import { type ReactNode, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import type { Plan, PlanSentence } from '../../api/plans'
import { Nothing } from '../../kit/Loaded'
import { useFold } from '../../kit/useFold'
import { DocumentBar } from './DocumentBar'
import { FigureCard } from './FigureCard'
import { Marked } from './Marked'
import { Outline } from './Outline'
import { PointUnits } from './PointUnits'
import { type Block, type DocumentFilter, blocks, figureSpans, filterOf, filtered, isTarget } from './structure'

interface Props {
  plan: Plan
  sentences: PlanSentence[]
  address: URLSearchParams
  set: (name: string, value: string) => void
  /** What can be done about a point, beside its units. */
  doAtPoint?: (point: NonNullable<Block['point']>) => ReactNode
}

/** The text sentence by sentence, and beside each sentence what it asks for. */
export function Document({ plan, sentences, address, set, doAtPoint }: Props) {
  const { t } = useTranslation()
  const fold = useFold()
  const all = useMemo(() => blocks(plan, sentences), [plan, sentences])
  const filter = filterOf(address)
  const left = filtered(plan, all, filter, fold)
  const words = filter.q.split(/\s+/).filter(Boolean).map(fold)
  const at = useAnchor(left.length > 0)
  useWidePaper()
  const count = left.reduce((sum, block) => sum + block.rows.length, 0)
  const paper = { plan, words, fold, at, filter, doAtPoint }
  return (
    <div className="plan-document">
      <DocumentBar plan={plan} address={address} set={set} shown={count} />
      <div className="plan-sheet">
        <Outline blocks={all} />
        <article className="plan-paper" aria-label={t('plans.text')} lang="zh-CN">
          {left.length === 0 && <Nothing title={t('plans.nothing-found')}>{t('plans.nothing-found-help')}</Nothing>}
          {left.map((block) => (
            <Part key={block.key} block={block} {...paper} />
          ))}
        </article>
      </div>
    </div>
  )
}

interface PartProps {
  block: Block
  plan: Plan
  words: string[][]
  fold: (text: string) => string[]
  at: string
  filter: DocumentFilter
  doAtPoint: Props['doAtPoint']
}

function Part({ block, plan, words, fold, at, doAtPoint }: PartProps) {
  const { point } = block
  const title = block.head.map((piece) => <Marked key={piece.number} text={piece.text} spans={[]} words={words} fold={fold} />)
  const isName = (piece: PlanSentence) => block.kind === 'other' && plan.title !== null && plan.title !== undefined && piece.text.trim() === plan.title
  return (
    <section className={`plan-part plan-part-${block.kind}`} {...(point && { id: `point-${point.number}` })}>
      {block.head.length > 0 && (
        <div className={`plan-row plan-row-head ${point && at === `point-${point.number}` ? 'plan-row-at' : ''}`}>
          <div className="plan-text">{block.kind === 'chapter' ? <h2 id={block.key}>{title}</h2> : <h3>{title}</h3>}</div>
          {point ? (
            <div className="plan-aside">
              <PointUnits point={point} />
              {doAtPoint?.(point)}
            </div>
          ) : null}
          {point && <Anchor to={`point-${point.number}`} name={point.label} />}
        </div>
      )}
      {block.rows.map((piece) => (
        <Row key={piece.number} piece={piece} plan={plan} words={words} fold={fold} at={at} isName={isName(piece)} />
      ))}
    </section>
  )
}

interface RowProps {
  piece: PlanSentence
  plan: Plan
  words: string[][]
  fold: (text: string) => string[]
  at: string
  isName: boolean
}

function Row({ piece, plan, words, fold, at, isName }: RowProps) {
  const { t } = useTranslation()
  const id = `sentence-${piece.number}`
  const figures = piece.figures.filter(({ state }) => state !== 'rejected')
  const told = [...figures.filter(isTarget), ...figures.filter((figure) => !isTarget(figure))]
  return (
    <div id={id} className={`plan-row ${at === id ? 'plan-row-at' : ''}`}>
      <p className={`plan-text plan-text-${piece.kind} ${isName ? 'plan-name' : ''}`}>
        <Marked text={piece.text} spans={figureSpans(piece)} words={words} fold={fold} />
      </p>
      {told.length > 0 && (
        <ul className="plan-aside" aria-label={t('plans.targets-of', { number: piece.number })}>
          {told.map((figure) => (
            <FigureCard key={figure.number} figure={figure} isReviewing={plan.status === 'reviewing'} />
          ))}
        </ul>
      )}
      {piece.kind === 'sentence' && <Anchor to={id} name={String(piece.number)} />}
    </div>
  )
}

/** The address of a place in the text, to be copied or sent. */
function Anchor({ to, name }: { to: string; name: string }) {
  const { t } = useTranslation()
  const { search } = useLocation()
  return (
    <Link className="plan-anchor no-print" to={{ search, hash: to }} aria-label={t('plans.link-to', { name })} title={t('plans.link-to', { name })}>
      <LinkOutlined aria-hidden />
    </Link>
  )
}

/** Brings the place that the address names into view, when the text is there and when the address changes. */
function useAnchor(isThere: boolean): string {
  const { hash } = useLocation()
  const at = decodeURIComponent(hash.slice(1))
  useEffect(() => {
    if (isThere && at) document.getElementById(at)?.scrollIntoView({ block: 'start' })
  }, [isThere, at])
  return at
}

/** The whole page goes on A3 across; a change of paper in the midst of it would begin a new sheet. */
function useWidePaper() {
  useEffect(() => {
    document.documentElement.classList.add('prints-wide')
    return () => document.documentElement.classList.remove('prints-wide')
  }, [])
}
