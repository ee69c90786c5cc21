import { useTranslation } from 'react-i18next'
import { ChangeText, Figure } from '../kit/Figure'
import { reachedPart } from '../kit/format'
import { brief, unitAfter } from '../kit/figure'
import { isYear } from '../kit/span'
import { askOf, askOfOther } from '../kit/trail'
import { useAim } from '../kit/useAim'
import { useSpan } from '../kit/useSpan'
import type { BodyProps } from './TileBody'

/** One number, what it changed by, and how far it is from its target. */
export function NumberTile({ answer, area }: BodyProps) {
  const { t } = useTranslation()
  const [group] = answer.groups
  const point = group?.points.at(-1)
  const { unit, decimals, direction } = answer
  const isHeld = area === undefined && Boolean(answer.target)
  return (
    <div className="block-number">
      <p className="block-figure">
        <Figure number={point} unit={unit} decimals={decimals} short bare ask={askOf(answer.metric, point?.period, [], answer.only)} />
        <span className="block-unit">{unitAfter(unit)}</span>
      </p>
      <p className="block-changes">
        {/* Beside a target there is room for one comparison. */}
        {!isYear(answer.period) && !isHeld && (
          <ChangeText change={group?.before} unit={unit} decimals={decimals} direction={direction} short ask={askOfOther(answer, group?.before)}>
            {t('board.before')}
          </ChangeText>
        )}
        <ChangeText change={group?.year_before} unit={unit} decimals={decimals} direction={direction} short ask={askOfOther(answer, group?.year_before)}>
          {t('board.year-before')}
        </ChangeText>
      </p>
      {/* The target of the whole city says nothing of one county. */}
      {isHeld && <TargetBar answer={answer} />}
    </div>
  )
}

function TargetBar({ answer }: Pick<BodyProps, 'answer'>) {
  const { t } = useTranslation()
  const aim = useAim()
  const span = useSpan()
  const { target, period } = answer
  if (!target) return null
  const words = t('board.target', {
    target: aim(target, answer, brief),
    // Below stands the period of the number already.
    due: target.due && target.due !== period ? span(target.due) : '',
  }).trim()
  const state = target.met ? 'good' : target.will_be_met === false ? 'late' : 'due'
  const percent = typeof target.percent === 'number' ? target.percent : undefined
  return (
    <div className={`block-target block-target-${state}`}>
      {percent !== undefined && (
        <svg className="block-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect className="bar-ground" width="100" height="4" />
          <rect className="bar-fill" width={Math.max(0, Math.min(100, percent))} height="4" />
        </svg>
      )}
      <p>
        {words}
        {percent !== undefined && <strong className="num"> {reachedPart(percent / 100)}%</strong>}
        {target.met && <strong> {t('board.met')}</strong>}
      </p>
    </div>
  )
}
