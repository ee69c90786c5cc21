import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Lamp, Lamps } from '../api/boards'
import { DaysLeft } from '../kit/DaysLeft'
import { reachedPart } from '../kit/format'
import { Lamp as Sign } from '../kit/Lamp'
import { TrailButton } from '../kit/TrailButton'
import { askOf } from '../kit/trail'
import { useWords } from '../kit/words'
import { WORK_LAMPS, WorkSign, isDone, workState } from '../pages/plan/PlanLamp'
import { lampAddress } from './address'
import { useRoom } from './room'

interface Props {
  lamps: Lamps
  area: string | undefined
  link?: ((to: string, words: ReactNode) => ReactNode) | undefined
}

/** How the work of a plan stands: how many of which lamp, then the worst of them. */
export function LampsTile({ lamps, area, link }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  const lit = WORK_LAMPS.filter((lamp) => lamps.counts[lamp] > 0)
  const inAll = lit.reduce((sum, lamp) => sum + lamps.counts[lamp], 0)
  const [place, shown] = useRoom<HTMLOListElement>(lamps.lines.length, inAll > lamps.lines.length, 'li')
  const others = inAll - shown
  if (lit.length === 0) return <p className="block-empty">{t('board.no-lamps')}</p>
  return (
    <div className="block-lamps">
      <ul className="lamps-counts">
        {lit.map((lamp) => (
          <li key={lamp}>
            <Sign state={workState(lamp)}>{word('work-lamp', lamp)}</Sign> <strong className="num">{lamps.counts[lamp]}</strong>
          </li>
        ))}
      </ul>
      <ol className="lamps-list" ref={place} tabIndex={0} aria-label={t('board.lamps')}>
        {lamps.lines.slice(0, shown).map((line) => {
          const name = (
            <span className="lamps-name" translate="no" title={line.name}>
              {line.name}
            </span>
          )
          return (
            <li key={line.item}>
              <WorkSign lamp={line.lamp}>{word('work-lamp', line.lamp)}</WorkSign>
              {link ? link(lampAddress(lamps.plan, line, area), name) : name}
              <Told line={line} />
            </li>
          )
        })}
        {others > 0 && <li className="hint list-others">{t('board.others', { count: others })}</li>}
      </ol>
    </div>
  )
}

/** What is reached with the days that are left or over, or the tasks below. */
function Told({ line }: { line: Lamp }) {
  const { word } = useWords()
  const { tasks, lamp, share, days_left: days } = line
  if (tasks) {
    return (
      <span className="lamps-told num">
        {WORK_LAMPS.filter((one) => tasks[one] > 0).map((one) => (
          <span key={one} className="lamps-part">
            <WorkSign lamp={one}>{word('work-lamp', one)}</WorkSign>
            {tasks[one]}
          </span>
        ))}
      </span>
    )
  }
  return (
    <span className="lamps-told num">
      {typeof share === 'number' && <Share share={share} number={line.number} />}
      {isDone(lamp) || typeof days !== 'number' ? word('work-lamp', lamp) : <DaysLeft days={days} />}
    </span>
  )
}

/** How much of a target is reached; where a metric tells it, the trail of its number opens. */
function Share({ share, number }: { share: number; number: Lamp['number'] }) {
  const told = <span className="lamps-part">{`${reachedPart(share)}%`}</span>
  if (!number) return told
  return (
    <TrailButton ask={askOf(number.metric, number.period)} number={{ state: 'value', value: number.value }}>
      {told}
    </TrailButton>
  )
}
