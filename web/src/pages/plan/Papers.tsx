import { useMutation, useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Select from 'antd/es/select'
import { useEffect, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Plan } from '../../api/plans'
import { PAPERS, type PaperKind, paper as paperQuery, takePaper } from '../../api/papers'
import { Loaded, Nothing } from '../../kit/Loaded'
import { ProblemPanel } from '../../kit/Problem'
import { save } from '../../kit/save'
import { useSpan } from '../../kit/useSpan'
import { PaperSheet } from './PaperSheet'
import { periodsOf } from './periods'

interface Props {
  plan: Plan
  address: URLSearchParams
  set: (name: string, value: string) => void
}

/** 简报、会议材料、年终评估: chosen by kind and period, read on the page, taken as docx or PDF, printed on A4. */
export function Papers({ plan, address, set }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const span = useSpan()
  usePrintedPaper()
  const kind = PAPERS.find((one) => one === address.get('paper')) ?? 'brief'
  const periods = periodsOf(plan, kind, plan.standing?.day ?? '')
  const period = periods.find((one) => one === address.get('period')) ?? periods[0]
  return (
    <>
      <div className="toolbar no-print">
        <label htmlFor={`${id}-kind`}>{t('papers.kind')}</label>
        <Select id={`${id}-kind`} value={kind} popupMatchSelectWidth={false} onChange={(next: PaperKind) => set('paper', next)} options={PAPERS.map((value) => ({ value, label: t(`papers.${value}`) }))} />
        <label htmlFor={`${id}-period`}>{t('papers.period')}</label>
        <Select id={`${id}-period`} {...(period && { value: period })} popupMatchSelectWidth={false} onChange={(next: string) => set('period', next)} options={periods.map((value) => ({ value, label: span(value) }))} />
        <span className="toolbar-gap" />
        {period && <Take plan={plan} kind={kind} period={period} />}
      </div>
      {period ? <Shown plan={plan} kind={kind} period={period} /> : <Nothing title={t('papers.none')}>{t('papers.none-help')}</Nothing>}
    </>
  )
}

interface Chosen {
  plan: Plan
  kind: PaperKind
  period: string
}

function Shown({ plan, kind, period }: Chosen) {
  const { t } = useTranslation()
  const query = useQuery(paperQuery(plan.id, kind, period))
  return (
    <Loaded query={query} doing={t(`papers.${kind}`)}>
      {(told) => <PaperSheet paper={told} />}
    </Loaded>
  )
}

/** Saves the paper as a file, and says what could not be drawn in it. */
function Take({ plan, kind, period }: Chosen) {
  const { t } = useTranslation()
  const take = useMutation({
    mutationFn: async (format: 'docx' | 'pdf') => {
      const { blob, missing } = await takePaper(plan.id, kind, period, format)
      save(blob, `${plan.title ?? plan.id} ${t(`papers.${kind}`)} ${period}.${format}`)
      return missing
    },
  })
  return (
    <>
      {(['docx', 'pdf'] as const).map((format) => (
        <Button key={format} loading={take.isPending && take.variables === format} onClick={() => take.mutate(format)}>
          {t(`papers.take-${format}`)}
        </Button>
      ))}
      <Button onClick={() => window.print()}>{t('papers.print')}</Button>
      {take.data && take.data.length > 0 && (
        <span className="warning-text" role="status">
          {t('papers.missing', { signs: take.data.join(t('app.comma')) })}
        </span>
      )}
      {take.error && <ProblemPanel error={take.error} doing={t(`papers.${kind}`)} />}
    </>
  )
}

/** Of a paper nothing else of the page is printed. */
function usePrintedPaper() {
  useEffect(() => {
    document.documentElement.classList.add('prints-paper')
    return () => document.documentElement.classList.remove('prints-paper')
  }, [])
}
