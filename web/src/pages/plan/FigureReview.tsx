import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanFigure } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import { Tag } from '../../kit/Page'
import { useWords } from '../../kit/words'
import { Decided } from './Decided'
import { FigureFields } from './FigureFields'
import { type FigureForm, changedFields, toForm } from './figure'
import { type FigureWork, OPTIONS } from './review'
import { useFigureWords } from './useFigureWords'

interface Props {
  figure: PlanFigure
  work: FigureWork
  /** `because` becomes the reason of the sentence, where none is written yet. */
  set: (work: FigureWork, because?: string) => void
}

/** One figure as it was read, with what a person says to it. */
export function FigureReview({ figure, work, set }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  const words = useFigureWords()
  const { literal } = figure
  const isRejected = work.reject ?? (figure.state === 'rejected' && !work.form)
  const isEdited = work.form !== undefined
  const withoutForm = () => {
    const { form: _, ...rest } = work
    set(rest)
  }
  return (
    <li className={`plan-review-figure ${isRejected ? 'plan-rejected' : ''}`} aria-label={t('plans.figure-n', { literal })}>
      <div className="plan-review-head">
        <span className="plan-literal" translate="no">
          {literal}
        </span>
        <strong className="num">{words.figure(figure)}</strong>
        <span className="hint">{figure.due ? t('plans.due', { day: figure.due }) : t('plans.due-open')}</span>
        <Tag tone="soft">{word('plan-kind', figure.kind)}</Tag>
        {figure.origin !== 'read' && <Tag>{word('plan-origin', figure.origin)}</Tag>}
        {isRejected ? <Lamp state="absent">{word('plan-figure', 'rejected')}</Lamp> : figure.state !== 'open' && <Lamp state={figure.state === 'corrected' ? 'made-up' : 'good'}>{word('plan-figure', figure.state)}</Lamp>}
      </div>
      {figure.as_read && <p className="hint">{t('plans.as-read', { figure: words.figure(figure.as_read) })}</p>}
      {!isRejected &&
        figure.doubts.map((doubt) => (
          <Doubt
            key={doubt.code}
            code={doubt.code}
            text={words.doubt(doubt)}
            answered={doubt.answered ?? undefined}
            answer={work.answers?.[doubt.code] ?? ''}
            due={work.form?.due ?? figure.due ?? ''}
            say={(answer, fields) => {
              const answers = { ...work.answers, [doubt.code]: answer }
              if (fields) set({ ...work, answers, form: { ...(work.form ?? toForm(figure)), ...fields } }, answer)
              else set({ ...work, answers })
            }}
          />
        ))}
      {isEdited && !isRejected && <FigureFields form={work.form ?? toForm(figure)} set={(form) => set({ ...work, form })} />}
      <div className="actions">
        {!isRejected && (
          <Button size="small" aria-expanded={isEdited} aria-label={t(isEdited ? 'plans.leave-of' : 'plans.correct-of', { literal })} onClick={() => (isEdited ? withoutForm() : set({ ...work, form: toForm(figure) }))}>
            {t(isEdited ? 'plans.leave' : 'plans.correct')}
          </Button>
        )}
        <Button
          size="small"
          aria-label={t(isRejected ? 'plans.take-of' : 'plans.reject-of', { literal })}
          onClick={() => {
            if (!isRejected) set({ reject: true })
            else set(figure.state === 'rejected' ? { form: toForm(figure) } : {})
          }}
        >
          {t(isRejected ? 'plans.take' : 'plans.reject')}
        </Button>
        {isEdited && !isRejected && Object.keys(changedFields(figure, work.form ?? toForm(figure))).length === 0 && <span className="hint">{t('plans.nothing-changed')}</span>}
      </div>
    </li>
  )
}

interface DoubtProps {
  code: string
  text: string
  answered: PlanFigure['doubts'][number]['answered'] | undefined
  answer: string
  due: string
  say: (answer: string, fields?: Partial<FigureForm>) => void
}

/** What the text leaves open, and how it is to be understood. */
function Doubt({ code, text, answered, answer, due, say }: DoubtProps) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <div className="plan-doubt">
      <label htmlFor={id}>
        <Lamp state={answered && !answer ? 'good' : answer.trim() ? 'busy' : 'due'}>{text}</Lamp>
      </label>
      {answered && <Decided by={answered} />}
      <Input
        id={id}
        size="small"
        maxLength={500}
        value={answer}
        placeholder={t(answered ? 'plans.answer-anew' : 'plans.answer')}
        onChange={(event) => say(event.target.value)}
      />
      <div className="stock">
        {(OPTIONS[code] ?? []).map((option) => {
          const words = t(`plans.answer-${option.answer}`, { due: due || '—' })
          return (
            <button key={option.answer} type="button" aria-pressed={answer === words} onClick={() => say(words, option.set)}>
              {words}
            </button>
          )
        })}
      </div>
    </div>
  )
}
