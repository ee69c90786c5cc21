import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanSentence } from '../../api/plans'
import { FigureFields } from './FigureFields'
import { emptyForm } from './figure'
import type { AddedWork } from './review'

interface Props {
  sentence: PlanSentence
  due: string
  added: AddedWork[]
  set: (added: AddedWork[]) => void
}

/** Figures that the reading does not have: the words of the sentence, and what they say. */
export function AddedFigures({ sentence, due, added, set }: Props) {
  const { t } = useTranslation()
  const add = () => {
    const chosen = window.getSelection()?.toString().trim() ?? ''
    const literal = sentence.text.includes(chosen) ? chosen : ''
    set([...added, { literal, form: { ...emptyForm(due), value: /\d[\d,.]*/.exec(literal)?.[0] ?? '' } }])
  }
  return (
    <>
      {added.map((one, place) => (
        <Added
          key={place}
          sentence={sentence}
          one={one}
          set={(next) => set(added.map((other, at) => (at === place ? next : other)))}
          remove={() => set(added.filter((_, at) => at !== place))}
        />
      ))}
      {/* The pointer must not take away what is selected in the sentence. */}
      <Button size="small" onMouseDown={(event) => event.preventDefault()} onClick={add}>
        {t('plans.add')}
      </Button>{' '}
      <span className="hint">{t('plans.add-help')}</span>
    </>
  )
}

interface AddedProps {
  sentence: PlanSentence
  one: AddedWork
  set: (one: AddedWork) => void
  remove: () => void
}

function Added({ sentence, one, set, remove }: AddedProps) {
  const { t } = useTranslation()
  const id = useId()
  const isWrong = one.literal.trim() === '' || !sentence.text.includes(one.literal)
  return (
    <div className="plan-review-figure">
      <div className="field">
        <label htmlFor={id}>{t('plans.literal')}</label>
        <Input
          id={id}
          value={one.literal}
          {...(isWrong && { status: 'error', 'aria-invalid': true, 'aria-describedby': `${id}-fault` })}
          onChange={(event) => set({ ...one, literal: event.target.value })}
        />
        {isWrong && (
          <div id={`${id}-fault`} className="field-error">
            {t('plans.literal-wrong')}
          </div>
        )}
      </div>
      <FigureFields form={one.form} set={(form) => set({ ...one, form })} />
      <Button size="small" onClick={remove}>
        {t('plans.added-drop')}
      </Button>
    </div>
  )
}
