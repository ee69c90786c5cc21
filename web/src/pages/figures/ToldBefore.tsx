import { useQuery } from '@tanstack/react-query'
import Select from 'antd/es/select'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type MetricAnswer, type MetricDefinition, type MetricRecorded, answers, history as historyQuery } from '../../api/metrics'
import { type Column, DataTable } from '../../kit/DataTable'
import { Figure } from '../../kit/Figure'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { Code, Time } from '../../kit/Text'
import { useSpan } from '../../kit/useSpan'

const PERIODS = 24

/** What the number of a period was told to be, each time it was told; a restated one with both numbers. */
export function ToldBefore({ definition, answer }: { definition: MetricDefinition; answer: MetricAnswer | undefined }) {
  const { t } = useTranslation()
  const span = useSpan()
  const newest = answer?.freshness.newest
  const [chosen, setChosen] = useState<string>()
  const period = chosen ?? newest
  // The periods of the metric's own length, whatever length the page shows.
  const asks = [{ metric: definition.id, points: PERIODS }]
  const periods = useQuery(answers(definition.id, asks)).data?.[0]
  const list = periods && !(periods instanceof Error) ? (periods.groups[0]?.points.map((point) => point.period).reverse() ?? []) : []
  const query = useQuery(historyQuery(definition.id, period, ''))
  return (
    <Section
      title={t('figure.told')}
      extra={
        period && (
          <Select
            size="small"
            aria-label={t('figure.period')}
            className="period-select no-print"
            value={period}
            onChange={setChosen}
            options={(list.includes(period) ? list : [period, ...list]).map((one) => ({ value: one, label: span(one) }))}
          />
        )
      }
    >
      {period ? <Loaded query={query}>{(numbers) => <List numbers={numbers} decimals={definition.decimals} />}</Loaded> : <Nothing title={t('figure.no-data')} />}
    </Section>
  )
}

function List({ numbers, decimals }: { numbers: MetricRecorded[]; decimals: number }) {
  const { t } = useTranslation()
  const rows = numbers.map((number, place) => ({ number, former: numbers[place - 1] })).reverse()
  const columns: Column<(typeof rows)[number]>[] = [
    { key: 'at', title: t('figure.told-at'), render: ({ number }) => <Time at={number.recorded_at} /> },
    { key: 'value', title: t('figure.value'), align: 'right', render: ({ number }) => <Figure number={number} unit={number.unit} decimals={decimals} /> },
    {
      key: 'how',
      title: t('figure.how-told'),
      render: ({ number, former }) => {
        if (!former) return <Lamp state="good">{t('figure.first-told')}</Lamp>
        return (
          <Lamp state="made-up">
            {t(former.definition === number.definition ? 'figure.told-anew' : 'figure.told-otherwise')}
          </Lamp>
        )
      },
    },
    { key: 'version', title: t('dataset.version'), align: 'right', render: ({ number }) => <Code>{String(number.version)}</Code> },
  ]
  return (
    <>
      {rows.length > 1 && <p>{t('figure.restated-times', { count: rows.length - 1 })}</p>}
      <DataTable label={t('figure.told')} columns={columns} rows={rows} rowKey={({ number }) => `${number.recorded_at}/${number.version}`} empty={<Nothing title={t('figure.not-told')} />} dense />
    </>
  )
}
