import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type LateItem, type Plan, planLate } from '../../api/plans'
import { type Column, DataTable } from '../../kit/DataTable'
import { DaysLeft } from '../../kit/DaysLeft'
import { ExportButton } from '../../kit/ExportButton'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { useWords } from '../../kit/words'
import { byOffice, isOpen, itemOf, nameOf } from './late'

const STEPS = ['interview', 'supervise', 'remind'] as const

/** 催办、督办、约谈: what is open and near or behind its date, with the rule that says so. */
export function Late({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const query = useQuery(planLate(plan.id))
  return (
    <Loaded query={query} doing={t('plans.late')}>
      {(late) => (
        <>
          <div className="toolbar no-print">
            <span className="hint">{t('plans.late-about', { day: late.day })}</span>
            <span className="toolbar-gap" />
            <Export plan={plan} lists={STEPS.map((step) => [step, late[step]])} />
          </div>
          {STEPS.map((step) => (
            <Section key={step} title={t(`plans.late-${step}`, { count: late[step].length })} flush>
              <Offices plan={plan} step={step} items={late[step]} />
            </Section>
          ))}
        </>
      )}
    </Loaded>
  )
}

interface ListProps {
  plan: Plan
  step: (typeof STEPS)[number]
  items: LateItem[]
}

function Offices({ plan, step, items }: ListProps) {
  const { t } = useTranslation()
  if (items.length === 0) return <Nothing title={t('plans.late-none')} />
  return byOffice(items).map(({ unit, items: own, longest }) => {
    const name = unit ?? t('plans.lead-open')
    return (
      <details key={name} className="plan-late-office" open={isOpen(items)}>
        <summary>
          <span className={unit ? '' : 'warning-text'} translate="no">
            {name}
          </span>
          <span className="hint num">
            {t('plans.late-of-office', { count: own.length })}
            {longest !== undefined && t('plans.late-longest', { days: longest })}
          </span>
        </summary>
        <List plan={plan} label={`${name} ${t(`plans.late-${step}`, { count: own.length })}`} items={own} />
      </details>
    )
  })
}

function List({ plan, label, items }: { plan: Plan; label: string; items: LateItem[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const point = (number: number) => plan.points.find((one) => one.number === number)
  const itemText = (item: string) => itemOf(item, (kind) => word('plan-item', kind))
  const columns: Column<LateItem>[] = [
    {
      key: 'title',
      title: t('plans.late-item'),
      width: '38%',
      render: (item) => (
        <div className="two-lines plan-task-title">
          <span translate="no">{nameOf(item)}</span>
          <span className="hint">{itemText(item.item)}</span>
          <Link to={`?tab=text#${item.item.startsWith('target/') ? item.item.replace('/', '-') : `point-${item.point}`}`} translate="no">
            {point(item.point)?.label} {point(item.point)?.title}
          </Link>
          {item.rest.map((part) => (
            <span key={part.item} className="hint">
              {t('plans.late-same', { item: itemText(part.item) })} <span translate="no">{part.title}</span> <DaysLeft days={part.days_left} />
            </span>
          ))}
        </div>
      ),
    },
    { key: 'county', title: t('plans.county'), width: '12%', render: (item) => item.county ?? '—' },
    { key: 'due', title: t('plans.due-day'), width: '12%', render: (item) => <span className="num">{item.due.day}</span> },
    { key: 'left', title: t('plans.days'), width: '12%', render: (item) => <DaysLeft days={item.days_left} /> },
    {
      key: 'rule',
      title: t('plans.rule'),
      width: '26%',
      full: true,
      render: (item) => (
        <span className="wrap">
          {word('plan-rule', item.rule.replaceAll('_', '-'))}
          {item.basis && <span className="hint" lang="zh-CN">{` · ${item.basis}`}</span>}
        </span>
      ),
    },
  ]
  return <DataTable label={label} columns={columns} rows={items} rowKey={(item) => item.item} fixed empty={<Nothing title={t('plans.late-none')} />} pageSize={20} />
}

function Export({ plan, lists }: { plan: Plan; lists: [(typeof STEPS)[number], LateItem[]][] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const rest = (item: LateItem) => item.rest.map((part) => `${itemOf(part.item, (kind) => word('plan-item', kind))} ${part.title}`)
  return (
    <ExportButton
      name={`${plan.title ?? plan.id} ${t('plans.late')}`}
      columns={[t('plans.late-step'), t('plans.late-item'), t('plans.point'), t('plans.lead'), t('plans.county'), t('plans.due-day'), t('plans.days'), t('plans.late-rest')]}
      rows={() =>
        lists.flatMap(([step, items]) =>
          items.map((item) => [t(`plans.step-${step}`), nameOf(item), item.point, item.unit ?? null, item.county ?? null, item.due.day, item.days_left, rest(item).join(t('app.comma')) || null]),
        )
      }
    />
  )
}
