import PrinterOutlined from '@ant-design/icons/es/icons/PrinterOutlined'
import Button from 'antd/es/button'
import Checkbox from 'antd/es/checkbox'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Plan, PlanTask } from '../../api/plans'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { useWords } from '../../kit/words'
import { WORK_LAMPS } from './PlanLamp'
import { filterOf, isNarrowed, units } from './structure'
import { countiesOf } from './tasks'

interface Props {
  plan: Plan
  tasks: PlanTask[]
  address: URLSearchParams
  set: (name: string, value: string) => void
  /** Pieces that the filter leaves. */
  shown: number
}

/** Finding one's own sentence: by words, by the office that answers for it. */
export function DocumentBar({ plan, tasks, address, set, shown }: Props) {
  const { word } = useWords()
  const { t } = useTranslation()
  const filterOption = useOptionFilter()
  const filter = filterOf(address)
  const [typed, setTyped] = useTyped(filter.q, (text) => set('q', text))
  const isFiltered = isNarrowed(filter)
  const counties = countiesOf(tasks)
  const ofUnits = units(plan).map((name) => ({ value: name, label: name }))
  return (
    <div className="toolbar no-print">
      <Input
        type="search"
        className="toolbar-search"
        aria-label={t('plans.search')}
        placeholder={t('plans.search')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Select
        aria-label={t('plans.by-unit')}
        className="toolbar-select"
        showSearch={{ filterOption }}
        value={filter.unit}
        onChange={(unit: string) => set('unit', unit)}
        options={[{ value: '', label: t('plans.all-units') }, ...ofUnits]}
      />
      {filter.unit !== '' && (
        <Select
          aria-label={t('plans.by-role')}
          value={filter.role}
          onChange={(role: string) => set('role', role)}
          options={[
            { value: '', label: t('plans.any-role') },
            { value: 'lead', label: t('plans.as-lead') },
            { value: 'support', label: t('plans.as-support') },
          ]}
        />
      )}
      {counties.length > 0 && (
        <Select
          aria-label={t('plans.by-county')}
          className="plan-lamp-select"
          showSearch={{ filterOption }}
          value={filter.county}
          onChange={(county: string) => set('county', county)}
          options={[{ value: '', label: t('plans.all-counties') }, ...counties.map((name) => ({ value: name, label: name }))]}
        />
      )}
      {plan.standing && (
        <Select
          aria-label={t('plans.by-lamp')}
          className="plan-lamp-select"
          value={filter.lamp}
          onChange={(lamp: string) => set('lamp', lamp)}
          options={[{ value: '', label: t('plans.all-lamps') }, ...WORK_LAMPS.map((lamp) => ({ value: lamp, label: word('work-lamp', lamp) }))]}
        />
      )}
      <Checkbox checked={filter.onlyTargets} onChange={(event) => set('only', event.target.checked ? 'targets' : '')}>
        {t('plans.only-targets')}
      </Checkbox>
      <span className="hint" role="status">
        {isFiltered && t('plans.shown', { count: shown })}
      </span>
      <span className="toolbar-gap" />
      <Button icon={<PrinterOutlined aria-hidden />} onClick={() => window.print()}>
        {t('plans.print')}
      </Button>
    </div>
  )
}

/** What is typed stays in the field; the address follows after a pause, too late for an input method otherwise. */
function useTyped(fromAddress: string, write: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState(fromAddress)
  const [written, setWritten] = useState(fromAddress)
  useEffect(() => {
    if (fromAddress === written) return
    setWritten(fromAddress)
    setTyped(fromAddress)
  }, [fromAddress, written])
  useEffect(() => {
    const text = typed.trim()
    if (text === written) return
    const timer = setTimeout(() => {
      setWritten(text)
      write(text)
    }, 200)
    return () => clearTimeout(timer)
  })
  return [typed, setTyped]
}
