import { useQuery } from '@tanstack/react-query'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { type Indicator, type IndicatorAnswer, type IndicatorReport, indicators as indicatorsQuery } from '../../api/ledger'
import { useAreas } from '../../kit/areas'
import { Cartogram, type Shown } from '../../kit/Cartogram'
import { type Column, DataTable } from '../../kit/DataTable'
import { useEntryTitle } from '../../kit/entry'
import { ExportButton } from '../../kit/ExportButton'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section, Tag } from '../../kit/Page'
import { Code, Hint } from '../../kit/Text'
import * as format from '../../kit/format'
import { unitName } from '../../kit/units'

/** A set of indicators with its answers: the counties at a glance, then every indicator with its gaps. */
export function IndicatorSetPage() {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const { set = '' } = useParams()
  const query = useQuery(indicatorsQuery(set))
  const report = query.data
  return (
    <Page
      title={report ? title(report.set.title) : set}
      trail={[[t('menu.indicators'), '/indicators']]}
      about={report && <About report={report} />}
      actions={report && <Export report={report} />}
    >
      <Loaded query={query} doing={t('menu.indicators')}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing title={t('indicators.none')} />
          ) : (
            <>
              <Counties items={items} />
              <Section title={t('rollup.table')} flush>
                <Table items={items} />
              </Section>
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

function About({ report: { set, gaps } }: { report: IndicatorReport }) {
  const { t } = useTranslation()
  return (
    <>
      {set.about && <p>{set.about}</p>}
      <ul className="summary">
        {set.sample && (
          <li>
            <Tag tone="soft">{t('indicators.sample')}</Tag>
          </li>
        )}
        <li>
          <Lamp state={gaps > 0 ? 'due' : 'good'}>{gaps > 0 ? t('indicators.gaps', { count: gaps }) : t('indicators.no-gaps')}</Lamp>
        </li>
      </ul>
    </>
  )
}

function useShown() {
  const { i18n } = useTranslation()
  return (answer: IndicatorAnswer, unit: string) =>
    typeof answer.value === 'number' ? `${format.short(answer.value, i18n.language)}${unit === '%' ? '%' : ` ${unitName(unit)}`}` : undefined
}

/** One indicator by county. */
function Counties({ items }: { items: Indicator[] }) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const shown = useShown()
  const [address, setAddress] = useSearchParams()
  const chosen = items.find(({ id }) => id === address.get('item')) ?? items[0]
  if (!chosen) return null
  const answered = Object.entries(chosen.counties).filter(([, answer]) => typeof answer.value === 'number')
  const values = new Map<string, Shown>(
    answered.map(([code, answer]) => [code, { value: answer.value ?? 0, words: shown(answer, chosen.unit) ?? '' }]),
  )
  return (
    <Section title={t('indicators.by-county')}>
      <Select
        aria-label={t('indicators.one')}
        className="wide-select"
        value={chosen.id}
        onChange={(id: string) => setAddress({ item: id }, { replace: true })}
        options={items.map((item) => ({ value: item.id, label: `${item.id} ${title(item.title)}` }))}
      />
      <Cartogram
        label={title(chosen.title)}
        values={values}
        most={Math.max(0, ...answered.map(([, answer]) => answer.value ?? 0))}
        to={(code) => `/catalogue?division=${code}`}
        caption={t('rollup.picture')}
      />
    </Section>
  )
}

function Table({ items }: { items: Indicator[] }) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const shown = useShown()
  const columns: Column<Indicator>[] = [
    {
      key: 'title',
      title: t('indicators.one'),
      render: (one) => (
        <div className="two-lines">
          <span className="wrap">{title(one.title)}</span>
          <Code>{one.id}</Code>
        </div>
      ),
    },
    { key: 'value', title: t('indicators.value'), align: 'right', render: (one) => <span className="num">{shown(one.city, one.unit) ?? '—'}</span> },
    {
      key: 'state',
      title: t('batch.outcome'),
      full: true,
      render: (one) =>
        one.city.gap ? (
          <div className="two-lines">
            <Lamp state="late">{t('indicators.gap')}</Lamp>
            <Hint>
              <span className="wrap">{one.city.gap}</span>
            </Hint>
          </div>
        ) : (
          <Lamp state="good">{t('indicators.answered')}</Lamp>
        ),
    },
    {
      key: 'counties',
      title: t('indicators.counties'),
      align: 'right',
      render: (one) => {
        const all = Object.values(one.counties)
        return <span className="num">{`${all.filter(({ value }) => typeof value === 'number').length} / ${all.length}`}</span>
      },
    },
    { key: 'about', title: t('field.about'), full: true, render: (one) => <span className="wrap">{one.about ?? '—'}</span> },
  ]
  return <DataTable label={t('menu.indicators')} columns={columns} rows={items} rowKey={(one) => one.id} empty={null} />
}

function Export({ report: { set, items } }: { report: IndicatorReport }) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const { nameOf } = useAreas()
  const codes = Object.keys(items[0]?.counties ?? {})
  return (
    <ExportButton
      name={title(set.title)}
      columns={[t('dataset.id'), t('indicators.one'), t('field.unit'), t('indicators.city'), t('indicators.gap'), ...codes.map(nameOf)]}
      rows={() =>
        items.map((one) => [
          one.id, title(one.title), unitName(one.unit), one.city.value ?? null, one.city.gap ?? null, ...codes.map((code) => one.counties[code]?.value ?? null),
        ])
      }
    />
  )
}
