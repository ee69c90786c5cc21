import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { useWords } from '../../kit/words'

const STATES: Record<string, LampState> = { fresh: 'good', stale: 'due', running: 'busy', failed: 'bad', never: 'absent' }
const RUNS: Record<string, LampState> = { done: 'good', running: 'busy', failed: 'bad', interrupted: 'bad' }

export function ModelLamp({ state }: { state: string }) {
  const { word } = useWords()
  return <Lamp state={STATES[state] ?? 'absent'}>{word('model-state', state)}</Lamp>
}

export function RunLamp({ status }: { status: string }) {
  const { word } = useWords()
  return <Lamp state={RUNS[status] ?? 'absent'}>{word('run-status', status)}</Lamp>
}
