import { useTranslation } from 'react-i18next'
import type { MetricAnswer, MetricAsk, MetricGroup } from '../../api/metrics'
import { type Column, DataTable } from '../../kit/DataTable'
import { useEntryTitle } from '../../kit/entry'
import { ExportButton } from '../../kit/ExportButton'
import { ChangeText, Figure } from '../../kit/Figure'
import { valueOf } from '../../kit/figure'
import { Nothing } from '../../kit/Loaded'
import { Hint } from '../../kit/Text'
import { isYear } from '../../kit/span'
import { askOf, askOfOther } from '../../kit/trail'
import { unitName } from '../../kit/units'
import { useKeyName } from './useDimension'

interface Props {
  label: string
  names: string
  answer: MetricAnswer
  ask: MetricAsk | undefined
}

interface Place {
  group: MetricGroup
  /** Those with the same number have the same place. */
  rank: number | undefined
}

const MOST = 20

/** Groups by their number, the greatest first, each against the period and the year before. */
export function Ranking({ label, names, answer, ask }: Props) {
  const { t } = useTranslation()
  const nameOf = useKeyName()
  const title = useEntryTitle()
  const { unit, decimals, direction } = answer
  const places = placed(answer.groups)
  const columns: Column<Place>[] = [
    { key: 'name', title: names, render: ({ group }) => nameOf(group.keys[0]) },
    { key: 'rank', title: t('figure.rank'), align: 'right', render: ({ rank }) => (rank === undefined ? <Hint>—</Hint> : <span className="num">{rank}</span>) },
    {
      key: 'value',
      title: t('figure.value'),
      align: 'right',
      render: ({ group }) => <Figure number={group.points.at(-1)} unit={unit} decimals={decimals} ask={askOf(answer.metric, answer.period, group.keys, ask?.only)} />,
    },
    {
      key: 'before',
      title: t('figure.before'),
      align: 'right',
      render: ({ group }) => <ChangeText change={group.before} unit={unit} decimals={decimals} direction={direction} short ask={askOfOther(answer, group.before, group.keys)} />,
    },
    ...(isYear(answer.period)
      ? []
      : [
          {
            key: 'year',
            title: t('figure.year-before'),
            align: 'right' as const,
            render: ({ group }: Place) => <ChangeText change={group.year_before} unit={unit} decimals={decimals} direction={direction} short ask={askOfOther(answer, group.year_before, group.keys)} />,
          },
        ]),
  ]
  return (
    <div className="figure-ranking">
      <DataTable
        label={label}
        columns={columns}
        rows={places}
        rowKey={({ group }) => group.keys.map(({ value }) => value ?? '').join('/')}
        empty={<Nothing title={t('figure.no-data')} />}
        pageSize={MOST}
        dense
      />
      <p className="actions actions-start no-print">
        <ExportButton
          size="small"
          name={`${title(answer.title)}_${label}`}
          columns={[names, t('dataset.id'), t('figure.rank'), t('figure.value'), t('field.unit'), t('figure.period'), t('figure.before'), t('figure.year-before')]}
          rows={() =>
            places.map(({ group, rank }) => [
              nameOf(group.keys[0]), group.keys[0]?.value ?? null, rank ?? null, valueOf(group.points.at(-1)), unitName(unit), answer.period ?? null, group.before?.change ?? null, group.year_before?.change ?? null,
            ])
          }
        />
      </p>
    </div>
  )
}

export function placed(groups: MetricGroup[]): Place[] {
  const values = groups.map((group) => valueOf(group.points.at(-1)))
  return groups.map((group, place) => {
    const value = values[place]
    return { group, rank: typeof value === 'number' ? 1 + values.filter((other) => typeof other === 'number' && other > value).length : undefined }
  })
}
