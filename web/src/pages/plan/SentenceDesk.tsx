import Button from 'antd/es/button'
import { type KeyboardEvent, useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { isConflict } from '../../api/errors'
import type { Plan, PlanSentence } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonField } from '../../kit/ReasonDialog'
import { AddedFigures } from './AddedFigures'
import { Decided } from './Decided'
import { FigureReview } from './FigureReview'
import { Marked } from './Marked'
import { OfferReview } from './OfferReview'
import { PointUnits } from './PointUnits'
import { type FigureWork, type Work, corrects, openOf } from './review'
import { figureSpans } from './structure'

interface Props {
  plan: Plan
  sentence: PlanSentence
  work: Work
  set: (work: Work) => void
  busy: boolean
  error: unknown
  accept: () => void
  /** To the sentence before or behind this one, or to the next that nobody has decided. */
  go: (to: 'before' | 'behind' | 'open') => void
  /** Somebody moved here by key, or by accepting the one before. */
  takesFocus: boolean
}

/** One sentence on the desk: the text, what was read in it, and what a person decides about that. */
export function SentenceDesk(props: Props) {
  const { plan, sentence, work, set, busy, error, accept, go, takesFocus } = props
  const { t } = useTranslation()
  const id = useId()
  const frame = useRef<HTMLElement>(null)
  const open = openOf(sentence, work)
  const due = plan.year ? `${plan.year}-12-31` : ''
  const point = plan.points.find(({ number }) => number === sentence.point)
  const needsReason = corrects(sentence, work)
  const canAccept = open.length === 0 && !busy
  useEffect(() => {
    if (!takesFocus) return
    // What has to be decided first; where nothing has, one key accepts.
    const first = frame.current?.querySelector<HTMLElement>('.plan-doubt input, [aria-invalid=true]') ?? frame.current?.querySelector<HTMLElement>('.plan-accept')
    first?.focus({ preventScroll: true })
    frame.current?.scrollIntoView({ block: 'nearest' })
    // Only when another sentence comes to the desk.
  }, [sentence.number, takesFocus])
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && event.ctrlKey) {
      event.preventDefault()
      if (canAccept) accept()
    }
    const to = event.altKey ? ({ ArrowUp: 'before', ArrowDown: 'behind', KeyN: 'open' } as const)[event.code] : undefined
    if (to) {
      event.preventDefault()
      go(to)
    }
  }
  return (
    <section ref={frame} className="surface plan-desk" aria-label={t('plans.sentence-n', { number: sentence.number })} onKeyDown={pressed}>
      <div className="plan-desk-head">
        <h2>
          {t('plans.sentence-n', { number: sentence.number })}
          {point && (
            <span className="hint plan-desk-point" translate="no">
              {point.label} {point.title}
            </span>
          )}
        </h2>
        {sentence.verdict ? <Lamp state={sentence.verdict === 'corrected' ? 'made-up' : 'good'}>{t(`plans.verdict-${sentence.verdict}` as 'plans.verdict-accepted')}</Lamp> : <Lamp state="absent">{t('plans.verdict-none')}</Lamp>}
      </div>
      {sentence.reviewed && <Decided by={sentence.reviewed} />}
      <blockquote id={`${id}-text`} className="plan-quote" lang="zh-CN">
        <Marked text={sentence.text} spans={figureSpans(sentence)} />
      </blockquote>
      {sentence.kind === 'units' && point && <PointUnits point={point} />}
      <ul className="plan-review-figures">
        {sentence.figures.map((figure) => (
          <FigureReview
            key={figure.number}
            figure={figure}
            work={work.figures[figure.number] ?? {}}
            set={(one, because) => set({ ...work, figures: withFigure(work.figures, figure.number, one), reason: work.reason.trim() === '' ? (because ?? '') : work.reason })}
          />
        ))}
        {sentence.offers.map((offer) => (
          <OfferReview
            key={offer.number}
            offer={offer}
            due={due}
            work={work.offers[offer.number]}
            set={(one) => set({ ...work, offers: one ? { ...work.offers, [offer.number]: one } : work.offers })}
          />
        ))}
      </ul>
      <AddedFigures sentence={sentence} due={due} added={work.added} set={(added) => set({ ...work, added })} />
      {needsReason && <ReasonField id={`${id}-reason`} value={work.reason} set={(reason) => set({ ...work, reason })} stock={[t('plans.stock-text'), t('plans.stock-unit'), t('plans.stock-meeting')]} />}
      {error !== null && error !== undefined && (
        <>
          {isConflict(error) && <p className="note" role="status">{t('plans.conflict')}</p>}
          <ProblemPanel error={error} doing={t('plans.review')} />
        </>
      )}
      {open.length > 0 && (
        <p id={`${id}-open`} className="hint">
          {t('plans.still-open')}{' '}
          {[...new Set(open.map(({ kind }) => t(`plans.open-${kind}`, { count: open.filter((one) => one.kind === kind).length })))].join(t('app.comma'))}
        </p>
      )}
      <div className="plan-desk-foot">
        <Button
          type="primary"
          className="plan-accept"
          disabled={!canAccept}
          loading={busy}
          aria-describedby={open.length > 0 ? `${id}-open` : `${id}-text`}
          onClick={accept}
        >
          {t(needsReason ? 'plans.accept-corrected' : 'plans.accept')} <kbd className="only-wide">Ctrl Enter</kbd>
        </Button>
        <Button onClick={() => go('before')}>
          {t('plans.before')} <kbd className="only-wide">Alt ↑</kbd>
        </Button>
        <Button onClick={() => go('behind')}>
          {t('plans.behind')} <kbd className="only-wide">Alt ↓</kbd>
        </Button>
        <Button onClick={() => go('open')}>
          {t('plans.next-open')} <kbd className="only-wide">Alt N</kbd>
        </Button>
      </div>
    </section>
  )
}

function withFigure(all: Work['figures'], number: number, one: FigureWork): Work['figures'] {
  const { [number]: _, ...others } = all
  return Object.keys(one).length === 0 ? others : { ...others, [number]: one }
}
