import LinkOutlined from '@ant-design/icons/es/icons/LinkOutlined'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { useQuery } from '@tanstack/react-query'
import { type Plan, type PlanForecast, type PlanSentence, type PlanTarget, type PlanTask, planForecasts, planTasks } from '../../api/plans'
import { Nothing } from '../../kit/Loaded'
import { useFold } from '../../kit/useFold'
import { DocumentBar } from './DocumentBar'
import { FigureCard } from './FigureCard'
import { Marked } from './Marked'
import { MonthStrip } from './MonthStrip'
import { Outline } from './Outline'
import { WorkLamp } from './PlanLamp'
import { PointUnits } from './PointUnits'
import { useWidePaper } from './useWidePaper'
import { type Block, blocks, figureSpans, filterOf, filtered, isTarget } from './structure'

interface Props {
  plan: Plan
  etag: string | undefined
  sentences: PlanSentence[]
  address: URLSearchParams
  set: (name: string, value: string) => void
}

/** The text sentence by sentence, and beside each sentence what it asks for. */
export function Document({ plan, etag, sentences, address, set }: Props) {
  const { t } = useTranslation()
  const fold = useFold()
  const all = useMemo(() => blocks(plan, sentences), [plan, sentences])
  const { data: told } = useQuery(planTasks(plan.id))
  const tasks = told?.data.tasks ?? []
  const filter = filterOf(address)
  const left = filtered(plan, all, filter, fold, tasks)
  const words = filter.q.split(/\s+/).filter(Boolean).map(fold)
  const at = useAnchor(left.length > 0)
  useWidePaper(plan.title ?? plan.id)
  const count = left.reduce((sum, block) => sum + block.rows.length, 0)
  const { data: forecasts } = useQuery({ ...planForecasts(plan.id), enabled: plan.status === 'approved' })
  const targets = useMemo(() => new Map(plan.targets.map((target) => [target.number, target])), [plan])
  const paper = { plan, etag, words, fold, at, targets, forecasts, tasks }
  return (
    <div className="plan-document">
      <DocumentBar plan={plan} tasks={tasks} address={address} set={set} shown={count} />
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

interface Paper {
  plan: Plan
  etag: string | undefined
  words: string[][]
  fold: (text: string) => string[]
  at: string
  targets: Map<number, PlanTarget>
  forecasts: Map<number, PlanForecast> | undefined
  tasks: PlanTask[]
}

function Part({ block, ...paper }: Paper & { block: Block }) {
  const { plan, words, fold, at } = paper
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
              {point.standing?.lamp && <WorkLamp lamp={point.standing.lamp} />}
              <MonthStrip months={point.months} year={plan.year} />
            </div>
          ) : null}
          {point && <Anchor to={`point-${point.number}`} name={point.label} />}
        </div>
      )}
      {block.rows.map((piece) => (
        <Row key={piece.number} piece={piece} isName={isName(piece)} {...paper} />
      ))}
    </section>
  )
}

function Row({ piece, isName, plan, etag, words, fold, at, targets, forecasts, tasks }: Paper & { piece: PlanSentence; isName: boolean }) {
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
            <FigureCard
              key={figure.number}
              figure={figure}
              isReviewing={plan.status === 'reviewing'}
              plan={{ id: plan.id, status: plan.status, etag }}
              target={targets.get(figure.number)}
              forecast={forecasts?.get(figure.number)}
              tasks={tasks}
            />
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
