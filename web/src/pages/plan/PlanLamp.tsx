import { Lamp } from '../../kit/Lamp'
import { type LampState, SHAPES } from '../../kit/lamp'
import { useWords } from '../../kit/words'

const LAMPS: Record<string, LampState> = { reviewing: 'due', approved: 'good', closed: 'absent' }

/** How far a plan has come in its life. */
export function PlanLamp({ status }: { status: string }) {
  const { word } = useWords()
  return <Lamp state={LAMPS[status] ?? 'absent'}>{word('plan-status', status)}</Lamp>
}

const WORK: Record<string, LampState> = { 'not-begun': 'absent', 'on-course': 'good', near: 'due', late: 'late', done: 'done', 'done-late': 'made-up' }

export const WORK_LAMPS = ['late', 'near', 'on-course', 'not-begun', 'done-late', 'done'] as const

export const isDone = (lamp: string) => lamp === 'done' || lamp === 'done-late'

export const workState = (lamp: string): LampState => WORK[lamp] ?? 'absent'

/** How work stands against its date. */
export function WorkLamp({ lamp }: { lamp: string | null | undefined }) {
  const { word } = useWords()
  if (!lamp) return <span className="hint">—</span>
  return <Lamp state={workState(lamp)}>{word('work-lamp', lamp)}</Lamp>
}

/** Where only a sign fits: the word is for those who hear it, and the tip of those who point at it. */
export function WorkSign({ lamp, children }: { lamp: string; children: string }) {
  return (
    <span className={`lamp lamp-${workState(lamp)}`} title={children}>
      <span aria-hidden="true" className="lamp-shape">
        {SHAPES[workState(lamp)]}
      </span>
      <span className="visually-hidden">{children}</span>
    </span>
  )
}
