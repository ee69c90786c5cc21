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
              <List plan={plan} step={step} items={late[step]} />
            </Section>
          ))}
        </>
      )}
    </Loaded>
  )
}

function List({ plan, step, items }: { plan: Plan; step: (typeof STEPS)[number]; items: LateItem[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const point = (number: number) => plan.points.find((one) => one.number === number)
  const columns: Column<LateItem>[] = [
    {
      key: 'title',
      title: t('plans.late-item'),
      render: (item) => (
        <div className="two-lines plan-task-title">
          <span translate="no">{item.title}</span>
          <Link to={`?tab=text#${item.item.startsWith('target/') ? item.item.replace('/', '-') : `point-${item.point}`}`} translate="no">
            {point(item.point)?.label} {point(item.point)?.title}
          </Link>
        </div>
      ),
    },
    { key: 'unit', title: t('plans.lead'), render: (item) => (item.unit ? <span className="owner-cell">{item.unit}</span> : <span className="warning-text">{t('plans.lead-open')}</span>) },
    { key: 'county', title: t('plans.county'), render: (item) => item.county ?? '—' },
    { key: 'due', title: t('plans.due-day'), render: (item) => <span className="num">{item.due.day}</span> },
    { key: 'left', title: t('plans.days'), render: (item) => <DaysLeft days={item.days_left} /> },
    {
      key: 'rule',
      title: t('plans.rule'),
      full: true,
      render: (item) => (
        <span className="wrap">
          {word('plan-rule', item.rule.replaceAll('_', '-'))}
          {item.basis && <span className="hint" lang="zh-CN">{` · ${item.basis}`}</span>}
        </span>
      ),
    },
  ]
  return <DataTable label={t(`plans.late-${step}`, { count: items.length })} columns={columns} rows={items} rowKey={(item) => item.item} empty={<Nothing title={t('plans.late-none')} />} pageSize={50} />
}

function Export({ plan, lists }: { plan: Plan; lists: [(typeof STEPS)[number], LateItem[]][] }) {
  const { t } = useTranslation()
  return (
    <ExportButton
      name={`${plan.title ?? plan.id} ${t('plans.late')}`}
      columns={[t('plans.late-step'), t('plans.late-item'), t('plans.point'), t('plans.lead'), t('plans.county'), t('plans.due-day'), t('plans.days')]}
      rows={() => lists.flatMap(([step, items]) => items.map((item) => [t(`plans.step-${step}`), item.title, item.point, item.unit ?? null, item.county ?? null, item.due.day, item.days_left]))}
    />
  )
}
