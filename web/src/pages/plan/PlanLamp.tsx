import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { useWords } from '../../kit/words'

const LAMPS: Record<string, LampState> = { reviewing: 'due', approved: 'good', closed: 'absent' }

/** How far a plan has come in its life. */
export function PlanLamp({ status }: { status: string }) {
  const { word } = useWords()
  return <Lamp state={LAMPS[status] ?? 'absent'}>{word('plan-status', status)}</Lamp>
}
