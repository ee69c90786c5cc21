import Checkbox from 'antd/es/checkbox'
import InputNumber from 'antd/es/input-number'
import Radio from 'antd/es/radio'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import type { MetricAnswer, MetricDefinition } from '../../api/metrics'
import { type Grain, grainsFrom } from '../../kit/span'
import { unitAfter } from '../../kit/figure'
import { POINTS, type View, areaOf, filterKey } from './asks'
import type { ClassAnswer } from './FigurePage'
import { useDimension } from './useDimension'

interface Props {
  definition: MetricDefinition
  view: View
  counties: MetricAnswer | undefined
  classes: ClassAnswer[]
}

/** What is asked: how long the periods are, how many, of which part, with what beside. */
export function Controls({ definition, view, counties, classes }: Props) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const set = (name: string, value: string | undefined) =>
    setAddress(
      (former) => {
        const next = new URLSearchParams(former)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  const grains = grainsFrom(definition.grain)
  const canCompare = view.grain === 'month' || view.grain === 'quarter'
  const area = areaOf(definition)
  return (
    <div className="toolbar no-print" role="group" aria-label={t('figure.controls')}>
      {grains.length > 1 && (
        <Radio.Group
          aria-label={t('figure.grain')}
          optionType="button"
          value={view.grain}
          onChange={(event) => set('grain', String(event.target.value))}
          options={grains.map((grain) => ({ value: grain, label: t(`span.${grain}`) }))}
        />
      )}
      <Select
        aria-label={t('figure.points-shown')}
        value={view.points}
        onChange={(count: number) => set('points', String(count))}
        options={POINTS[view.grain].map((count) => ({ value: count, label: t(`span.last-${view.grain}` as 'span.last-month', { count }) }))}
      />
      {area && <Narrow name={area} definition={definition} view={view} answer={counties} set={set} />}
      {classes.map(({ name, answer }) => (
        <Narrow key={name} name={name} definition={definition} view={view} answer={answer} set={set} />
      ))}
      <Checkbox checked={address.get('forecast') === 'yes'} onChange={(event) => set('forecast', event.target.checked ? 'yes' : undefined)}>
        {t('figure.forecast')}
      </Checkbox>
      {canCompare && (
        <Checkbox checked={view.withYearBefore} onChange={(event) => set('last-year', event.target.checked ? 'yes' : undefined)}>
          {t('figure.with-last-year')}
        </Checkbox>
      )}
      <TargetField view={view} unit={definition.unit} set={(value) => set('target', value)} />
    </div>
  )
}

function TargetField({ view, unit, set }: { view: View; unit: string; set: (value: string | undefined) => void }) {
  const { t } = useTranslation()
  const keep = (text: string) => set(text === '' || !Number.isFinite(Number(text)) ? undefined : String(Number(text)))
  return (
    <label className="inline-field">
      {t('figure.target-of', { grain: t(`span.${view.grain as Grain}`) })}
      <InputNumber
        key={view.target}
        className="target-field"
        controls={false}
        {...(view.target !== undefined && { defaultValue: view.target })}
        placeholder={unitAfter(unit).trim() || t('figure.value')}
        onBlur={(event) => keep(event.target.value)}
        onPressEnter={(event) => event.target instanceof HTMLInputElement && keep(event.target.value)}
      />
    </label>
  )
}

interface NarrowProps {
  name: string
  definition: MetricDefinition
  view: View
  answer: MetricAnswer | undefined
  set: (name: string, value: string | undefined) => void
}

function Narrow({ name, definition, view, answer, set }: NarrowProps) {
  const { t } = useTranslation()
  const { titleOf, valueOf } = useDimension(definition)
  const chosen = view.only[name]?.[0]
  const keys = answer?.groups.flatMap(({ keys: [key] }) => (key?.value ? [key] : [])) ?? []
  const options = keys.map((key) => ({ value: key.value ?? '', label: valueOf(key) }))
  const isMissing = chosen && !options.some(({ value }) => value === chosen)
  return (
    <Select
      aria-label={titleOf(name)}
      className="narrow-select"
      value={chosen ?? ''}
      onChange={(value: string) => set(filterKey(name), value)}
      options={[{ value: '', label: t('figure.all-of', { dimension: titleOf(name) }) }, ...options, ...(isMissing ? [{ value: chosen, label: chosen }] : [])]}
    />
  )
}
