import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { TrailAsk } from '../../api/trail'
import { type Column, DataTable } from '../../kit/DataTable'
import { Nothing } from '../../kit/Loaded'
import { reachedPart } from '../../kit/format'
import { TrailButton } from '../../kit/TrailButton'
import { type CountyShare, type Split, reachedOf } from './counties'
import { WorkLamp } from './PlanLamp'
import { useFigureWords } from './useFigureWords'

interface Props {
  split: Split
  /** Absent where the plan is closed. */
  edit: (() => void) | undefined
}

/** The shares of the counties in one task: what each is to reach, what it has, and what the city lacks. */
export function CountyShares({ split, edit }: Props) {
  const { t } = useTranslation()
  const unit = split.target?.unit
  const columns: Column<CountyShare>[] = [
    {
      key: 'county',
      title: t('plans.county'),
      render: ({ county }) => (
        <Link to={`?tab=counties&county=${encodeURIComponent(county)}`} translate="no">
          {county}
        </Link>
      ),
    },
    { key: 'lamp', title: t('plans.lamp'), render: ({ copy }) => <WorkLamp lamp={copy.standing?.lamp} /> },
    { key: 'quantity', title: t('plans.county-share'), align: 'right', render: ({ quantity }) => <Amount value={quantity} unit={unit} /> },
    { key: 'actual', title: t('plans.actual'), align: 'right', render: ({ actual, ask }) => <Amount value={actual} unit={unit} ask={ask} /> },
    { key: 'reached', title: t('plans.share'), full: true, render: (share) => <Reached share={share} /> },
  ]
  return (
    <div className="plan-shares">
      <DataTable
        dense
        label={t('plans.shares-of', { title: split.task.title })}
        columns={columns}
        rows={split.shares}
        rowKey={({ copy }) => copy.id}
        empty={<Nothing title={t('plans.no-shares')}>{t('plans.no-shares-help')}</Nothing>}
      />
      <Totals split={split} />
      {edit && (
        <p className="actions actions-start no-print">
          <Button size="small" aria-label={t('plans.shares-edit-of', { title: split.task.title })} onClick={edit}>
            {t('plans.shares-edit')}
          </Button>
        </p>
      )}
    </div>
  )
}

/** The sums beside the target of the city, and what is missing. */
function Totals({ split: { task, target, whole, sum, reached } }: { split: Split }) {
  const { t } = useTranslation()
  const words = useFigureWords()
  const size = (value: number) => words.sized(value, target?.unit)
  return (
    <dl className="plan-totals" aria-label={t('plans.totals')}>
      <div>
        <dt>{t('plans.city-lamp')}</dt>
        <dd>
          <WorkLamp lamp={task.standing?.lamp} />
        </dd>
      </div>
      {whole !== undefined && <Total name={t('plans.city-target')} value={size(whole)} />}
      {sum !== undefined && <Total name={t('plans.shares-sum')} value={size(sum)} />}
      {reached !== undefined && <Total name={t('plans.counties-reached')} value={size(reached)} />}
      {whole !== undefined && reached !== undefined && <Total name={t(reached < whole ? 'plans.still-missing' : 'plans.beyond')} value={size(Math.abs(whole - reached))} />}
    </dl>
  )
}

function Total({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{value}</dd>
    </div>
  )
}

interface AmountProps {
  value: number | undefined
  unit: string | null | undefined
  /** Of a number of a metric: the question that it answers. */
  ask?: TrailAsk | undefined
}

export function Amount({ value, unit, ask }: AmountProps) {
  const words = useFigureWords()
  if (value === undefined) return <span className="hint">—</span>
  return (
    <TrailButton ask={ask} number={{ state: 'value', value }}>
      <span className="num">{words.sized(value, unit)}</span>
    </TrailButton>
  )
}

/** How much of its share a county has reached; without a number, how many of its nodes are done. */
export function Reached({ share }: { share: CountyShare }) {
  const { t } = useTranslation()
  const part = reachedOf(share)
  if (part === undefined) return <span className="hint">—</span>
  const percent = reachedPart(part)
  const isByNodes = share.quantity === undefined || share.actual === undefined
  return (
    <span className="plan-reached">
      <progress className="plan-progress" aria-label={t('plans.reached-of', { county: share.county })} value={percent} max={100} />
      <span className="num">{isByNodes ? t('plans.nodes-done', { done: Math.round(part * share.copy.nodes.length), of: share.copy.nodes.length }) : `${percent}%`}</span>
    </span>
  )
}
