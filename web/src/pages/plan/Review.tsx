import Button from 'antd/es/button'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Plan, PlanSentence } from '../../api/plans'
import { Saved } from '../../kit/Saved'
import { Waiting } from '../../kit/Loaded'
import { FindingList } from './FindingList'
import { Queue } from './Queue'
import { SentenceDesk } from './SentenceDesk'
import { nextOpen, noWork } from './review'
import { useReview } from './useReview'

interface Props {
  plan: Plan
  etag: string | undefined
  sentences: PlanSentence[]
  /** The number of the sentence that the address names. */
  wanted: number | undefined
  goTo: (sentence: number | undefined) => void
}

/** The review, sentence by sentence: a list of them on the left, the one at hand on the right. */
export function Review({ plan, etag, sentences, wanted, goTo }: Props) {
  const { t } = useTranslation()
  const review = useReview(plan.id, etag)
  const [takesFocus, setTakesFocus] = useState(false)
  const all = sentences.filter((one) => one.needs_review)
  const sentence = all.find(({ number }) => number === wanted) ?? nextOpen(all, undefined) ?? all[0]
  const at = sentence ? all.indexOf(sentence) : -1
  const { send } = review
  useEffect(() => {
    // What went wrong with another sentence is not said at this one.
    if (send.isError && send.variables.sentence.number !== sentence?.number) send.reset()
  }, [send, sentence?.number])
  if (review.draft.found === undefined) return <Waiting />
  if (!sentence) return null
  const go = (to: 'before' | 'behind' | 'open') => {
    const next = { before: all[at - 1], behind: all[at + 1], open: nextOpen(all, sentence.number) }[to]
    if (!next) return
    setTakesFocus(true)
    goTo(next.number)
  }
  const work = review.workOn(sentence.number)
  const accept = () =>
    send.mutate(
      { sentence, work },
      {
        onSuccess: () => {
          setTakesFocus(true)
          goTo((nextOpen(all, sentence.number) ?? sentence).number)
        },
      },
    )
  const isWritten = Object.keys(review.works).length > 0
  return (
    <>
      <FindingList plan={plan} etag={etag} />
      <div className="plan-review">
        <Queue plan={plan} sentences={all} works={review.works} at={sentence.number} goTo={(number) => { setTakesFocus(false); goTo(number) }} />
        <div>
          <SentenceDesk
            key={sentence.number}
            plan={plan}
            sentence={sentence}
            work={work}
            set={(next) => review.setWork(sentence.number, next)}
            busy={send.isPending}
            error={send.error}
            accept={accept}
            go={go}
            takesFocus={takesFocus}
          />
          <p className="plan-kept">
            {isWritten && <Saved draft={review.draft} />}{' '}
            {review.works[sentence.number] && (
              <Button size="small" type="link" onClick={() => review.setWork(sentence.number, noWork)}>
                {t('plans.drop-work')}
              </Button>
            )}
          </p>
        </div>
      </div>
    </>
  )
}
