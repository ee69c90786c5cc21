import { useTranslation } from 'react-i18next'
import { type LampState, SHAPES, batchLamp } from './lamp'

interface Props {
  state: LampState
  children: string
}

export function Lamp({ state, children }: Props) {
  return (
    <span className={`lamp lamp-${state}`}>
      <span aria-hidden="true" className="lamp-shape">
        {SHAPES[state]}
      </span>
      {children}
    </span>
  )
}

export function FreshnessLamp({ state }: { state: LampState }) {
  const { t } = useTranslation()
  return <Lamp state={state}>{t(`lamp.${state}`)}</Lamp>
}

interface BatchLampProps {
  batch: { status: string; rows_in: number; rows_quarantined: number }
}

export function BatchLamp({ batch }: BatchLampProps) {
  const { t } = useTranslation()
  const state = batchLamp(batch)
  const word = batch.status === 'collected' && state === 'due' ? 'batch.status.partly' : `batch.status.${batch.status}`
  return <Lamp state={state}>{t(word as 'batch.status.collected', { defaultValue: batch.status })}</Lamp>
}
