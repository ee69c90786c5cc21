import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { type Indicator, indicatorSets, indicators as indicatorsQuery } from '../../api/ledger'
import { type Column, DataTable } from '../../kit/DataTable'
import { ExportButton } from '../../kit/ExportButton'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { Code, DatasetLink, Hint } from '../../kit/Text'
import { Watermark } from '../../kit/Watermark'
import * as format from '../../kit/format'

/** The sets of indicators that somebody above asks for. */
export function IndicatorSets() {
  const { t } = useTranslation()
  const query = useQuery(indicatorSets)
  return (
    <Page title={t('menu.indicators')} about={t('indicators.about')}>
      <Loaded query={query} doing={t('menu.indicators')}>
        {({ sets }) =>
          sets.length === 0 ? (
            <div className="surface">
              <Nothing title={t('indicators.none')}>{t('indicators.none-help')}</Nothing>
            </div>
          ) : (
            <ul className="gallery">
              {sets.map((set) => (
                <li key={set.id} className="surface pack">
                  <h2>
                    <Link to={`/indicators/${set.id}`}>{set.title}</Link>
                  </h2>
                  <Code>{set.id}</Code>
                  {set.about && <p className="pack-about">{set.about}</p>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}

export function IndicatorSetPage() {
  const { t, i18n } = useTranslation()
  const { set = '' } = useParams()
  const query = useQuery(indicatorsQuery(set))
  const shown = (one: Indicator) => (typeof one.value === 'number' ? format.number(one.value, i18n.language) : (one.value ?? '—'))
  const columns: Column<Indicator>[] = [
    {
      key: 'title',
      title: t('indicators.one'),
      render: (one) => (
        <div className="two-lines">
          <span className="wrap">{one.title}</span>
          <Code>{one.id}</Code>
        </div>
      ),
    },
    { key: 'value', title: t('indicators.value'), align: 'right', render: (one) => <span className="num">{shown(one)}</span> },
    { key: 'unit', title: t('field.unit'), render: (one) => one.unit ?? '—' },
    {
      key: 'state',
      title: t('batch.outcome'),
      full: true,
      render: (one) =>
        one.gap ? (
          <div className="two-lines">
            <Lamp state="late">{t('indicators.gap')}</Lamp>
            <Hint>{one.gap}</Hint>
          </div>
        ) : (
          <Lamp state="good">{t('indicators.answered')}</Lamp>
        ),
    },
    { key: 'entry', title: t('indicators.from'), render: (one) => (one.entry ? <DatasetLink id={one.entry} /> : '—') },
  ]
  return (
    <Page
      title={query.data?.title ?? set}
      trail={[[t('menu.indicators'), '/indicators']]}
      about={query.data?.about}
      actions={
        query.data && (
          <ExportButton
            name={query.data.title}
            columns={[t('indicators.one'), t('dataset.id'), t('indicators.value'), t('field.unit'), t('indicators.gap'), t('indicators.from')]}
            rows={() => (query.data?.indicators ?? []).map((one) => [one.title, one.id, one.value ?? null, one.unit ?? null, one.gap ?? null, one.entry ?? null])}
          />
        )
      }
    >
      <div className="surface">
        <Loaded query={query} doing={t('menu.indicators')}>
          {({ indicators }) => (
            <DataTable label={t('menu.indicators')} columns={columns} rows={indicators} rowKey={(one) => one.id} empty={<Nothing title={t('indicators.none')} />} />
          )}
        </Loaded>
      </div>
      <Watermark />
    </Page>
  )
}
