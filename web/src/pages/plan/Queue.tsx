import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Plan, PlanSentence } from '../../api/plans'
import { SHAPES } from '../../kit/lamp'
import type { Works } from './review'

interface Props {
  plan: Plan
  sentences: PlanSentence[]
  works: Works
  at: number
  goTo: (sentence: number) => void
}

type Which = 'all' | 'open' | 'doubtful'

/** The sentences that have to be looked at, with what became of each. */
export function Queue({ plan, sentences, works, at, goTo }: Props) {
  const { t } = useTranslation()
  const [which, setWhich] = useState<Which>('all')
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const line = list.current?.querySelector<HTMLElement>('[aria-current=true]')
    if (line && list.current) list.current.scrollTop = line.offsetTop - list.current.clientHeight / 3
  }, [at, which])
  const kept = sentences.filter((one) => one.number === at || which === 'all' || (which === 'open' ? !one.verdict : isDoubtful(one)))
  const label = (point: number | null | undefined) => plan.points.find(({ number }) => number === point)?.label
  return (
    <nav className="surface plan-queue" aria-label={t('plans.queue')}>
      <div className="plan-queue-head stock">
        {(['all', 'open', 'doubtful'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={which === one} onClick={() => setWhich(one)}>
            {t(`plans.queue-${one}`)}
          </button>
        ))}
      </div>
      <ol ref={list}>
        {kept.map((one) => (
          <li key={one.number}>
            <button type="button" aria-current={one.number === at ? 'true' : undefined} onClick={() => goTo(one.number)}>
              <Mark sentence={one} isWritten={works[one.number] !== undefined} />
              <span className="num hint">{one.number}</span>
              <span className="plan-queue-text" lang="zh-CN" translate="no">
                {one.text}
              </span>
              <span className="visually-hidden">{label(one.point)}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}

export function isDoubtful(sentence: PlanSentence): boolean {
  const isOpen = (figure: PlanSentence['figures'][number]) => figure.doubts.some((doubt) => !doubt.answered)
  return sentence.figures.some(isOpen) || sentence.offers.some((offer) => !offer.decided)
}

/** Shape and word together; the word is for those who do not see the shape. */
function Mark({ sentence, isWritten }: { sentence: PlanSentence; isWritten: boolean }) {
  const { t } = useTranslation()
  const [state, word] = isWritten
    ? (['busy', t('plans.mark-written')] as const)
    : sentence.verdict
      ? sentence.verdict === 'corrected'
        ? (['made-up', t('plans.verdict-corrected')] as const)
        : (['good', t('plans.verdict-accepted')] as const)
      : isDoubtful(sentence)
        ? (['due', t('plans.mark-doubtful')] as const)
        : (['absent', t('plans.verdict-none')] as const)
  return (
    <span className={`lamp lamp-${state}`} title={word}>
      <span aria-hidden="true" className="lamp-shape">
        {SHAPES[state]}
      </span>
      <span className="visually-hidden">{word}</span>
    </span>
  )
}
