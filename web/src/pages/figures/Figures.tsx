import SearchOutlined from '@ant-design/icons/es/icons/SearchOutlined'
import { useQuery } from '@tanstack/react-query'
import Input from 'antd/es/input'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { type MetricLine, metrics as metricsQuery, openAlerts } from '../../api/metrics'
import { type Column, DataTable } from '../../kit/DataTable'
import { useEntryTitle } from '../../kit/entry'
import { ExportButton } from '../../kit/ExportButton'
import { Figure } from '../../kit/Figure'
import { valueOf } from '../../kit/figure'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Tag } from '../../kit/Page'
import { found } from '../../kit/search'
import { Age, Code, Hint } from '../../kit/Text'
import { askOf } from '../../kit/trail'
import { unitName } from '../../kit/units'
import { usePinyin } from '../../kit/usePinyin'
import { useSpan } from '../../kit/useSpan'
import { useWords } from '../../kit/words'
import { type Outside, outsideOf, standingOf } from './outside'

/** Every metric of the city with its newest number, where whoever looks sees all that it is made of. */
export function Figures() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const typed = address.get('q') ?? ''
  const query = useQuery(metricsQuery)
  const readings = usePinyin()
  const list = query.data
  const shown = useMemo(
    () => list?.filter((one) => found([one.title.zh, one.title.en, one.id, one.owner], typed, readings)),
    [list, typed, readings],
  )
  return (
    <Page title={t('menu.figures')} about={t('figures.about')} actions={shown && shown.length > 0 && <Export lines={shown} />}>
      <div className="toolbar no-print">
        <Input
          type="search"
          className="toolbar-search"
          prefix={<SearchOutlined aria-hidden />}
          aria-label={t('figures.search')}
          placeholder={t('figures.search')}
          value={typed}
          onChange={(event) => setAddress(event.target.value ? { q: event.target.value } : {}, { replace: true })}
        />
        <span className="hint" role="status">
          {shown && t('figures.count', { count: shown.length })}
        </span>
      </div>
      <div className="surface">
        <Loaded query={{ ...query, data: shown }} doing={t('menu.figures')}>
          {(lines) => <List lines={lines} empty={<Nothing title={t(list?.length ? 'figures.not-found' : 'figures.none')}>{t(list?.length ? 'figures.not-found-help' : 'figures.none-help')}</Nothing>} />}
        </Loaded>
      </div>
    </Page>
  )
}

function List({ lines, empty }: { lines: MetricLine[]; empty: React.ReactNode }) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const span = useSpan()
  const { data: alerts } = useQuery(openAlerts)
  const outside = useMemo(() => alerts && outsideOf(alerts), [alerts])
  const columns: Column<MetricLine>[] = [
    {
      key: 'title',
      title: t('figure.one'),
      sort: (one, other) => title(one.title).localeCompare(title(other.title), 'zh-CN'),
      render: (one) => (
        <div className="two-lines">
          <Link to={`/figures/${one.id}`}>{title(one.title)}</Link>
          <Code>{one.id}</Code>
        </div>
      ),
    },
    {
      key: 'newest',
      title: t('figure.newest'),
      align: 'right',
      render: (one) =>
        one.newest ? (
          <div className="two-lines">
            <strong>
              <Figure number={one.newest} unit={one.unit} decimals={one.decimals} short ask={askOf(one.id, one.newest.period)} />
            </strong>
            <Hint>{span(one.newest.period)}</Hint>
          </div>
        ) : (
          <Hint>{t(one.is_whole ? 'figure.no-data' : 'figures.not-listed')}</Hint>
        ),
    },
    {
      key: 'state',
      title: t('figure.bounds'),
      render: (one) => <Bounds line={one} outside={outside} />,
    },
    { key: 'owner', title: t('dataset.owner'), sort: (one, other) => one.owner.localeCompare(other.owner, 'zh-CN'), render: (one) => <span className="owner-cell">{one.owner}</span> },
    { key: 'points', title: t('packs.points'), render: (one) => <Points list={one.points} /> },
    {
      key: 'recorded',
      title: t('figure.recorded'),
      onlyWide: true,
      render: (one) => (one.newest ? <Age at={one.newest.recorded_at} /> : <Hint>—</Hint>),
    },
  ]
  return <DataTable label={t('menu.figures')} columns={columns} rows={lines} rowKey={(one) => one.id} empty={empty} />
}

function Bounds({ line, outside }: { line: MetricLine; outside: Outside | undefined }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const standing = standingOf(line, outside)
  switch (standing?.is) {
    case 'whole-outside':
      return <Lamp state="late">{word('figure-alert', standing.kind)}</Lamp>
    case 'areas-outside':
      return <Lamp state="due">{t('figure.areas-outside', { count: standing.count })}</Lamp>
    case 'inside':
      return <Lamp state="good">{t('figure.inside')}</Lamp>
    case 'no-data':
      return <Lamp state="absent">{t('figure.no-data')}</Lamp>
    default:
      return <Hint>—</Hint>
  }
}

export function Points({ list }: { list: number[] }) {
  const { t } = useTranslation()
  if (list.length === 0) return <Hint>—</Hint>
  return (
    <ul className="tag-list">
      {list.map((point) => (
        <li key={point}>
          <Tag>{t('packs.point', { point })}</Tag>
        </li>
      ))}
    </ul>
  )
}

function Export({ lines }: { lines: MetricLine[] }) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  return (
    <ExportButton
      name={t('menu.figures')}
      columns={[t('figure.one'), t('dataset.id'), t('figure.value'), t('field.unit'), t('figure.period'), t('dataset.owner'), t('packs.points')]}
      rows={() => lines.map((one) => [title(one.title), one.id, one.is_whole ? valueOf(one.newest) : t('figures.not-listed'), unitName(one.unit), one.newest?.period ?? null, one.owner, one.points.join(', ')])}
    />
  )
}
