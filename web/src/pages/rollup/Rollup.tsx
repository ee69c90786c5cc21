import { useQuery } from '@tanstack/react-query'
import Radio from 'antd/es/radio'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { type RollupLine, rollup as rollupQuery } from '../../api/ledger'
import { useAreas } from '../../kit/areas'
import { Cartogram, type Shown } from '../../kit/Cartogram'
import { Chart } from '../../kit/Chart'
import type { ChartSpec } from '../../kit/chart'
import { type Column, DataTable } from '../../kit/DataTable'
import { ExportButton } from '../../kit/ExportButton'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section } from '../../kit/Page'
import { Code, Num, Score, Short } from '../../kit/Text'
import * as format from '../../kit/format'

const WAYS = ['division', 'owner', 'theme'] as const
type Way = (typeof WAYS)[number]
const MOST_BARS = 20
const UNSET = 'unset'

/** 县区汇总: what each county, department or theme has in the ledger, and where the gaps are. */
export function Rollup() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const by = WAYS.find((way) => way === address.get('by')) ?? 'division'
  const query = useQuery(rollupQuery(by))
  return (
    <Page title={t('menu.rollup')} about={t('rollup.about')} actions={query.data && <Export by={by} lines={query.data.rows} />}>
      <div className="toolbar no-print">
        <Radio.Group
          aria-label={t('rollup.by')}
          optionType="button"
          value={by}
          onChange={(event) => setAddress({ by: String(event.target.value) }, { replace: true })}
          options={WAYS.map((way) => ({ value: way, label: t(`facet.${way}`) }))}
        />
      </div>
      <Loaded query={query} doing={t('menu.rollup')}>
        {({ rows, total }) => (rows.length === 0 ? <Nothing title={t('rollup.none')} /> : <Content by={by} lines={rows} total={total} />)}
      </Loaded>
    </Page>
  )
}

function Content({ by, lines, total }: { by: Way; lines: RollupLine[]; total: RollupLine }) {
  const { t } = useTranslation()
  return (
    <>
      <Section title={t('rollup.entries')}>
        {by === 'division' ? <Counties lines={lines} /> : <Bars by={by} lines={lines} />}
      </Section>
      <Section title={t('rollup.table')} flush>
        <Table by={by} lines={[...lines, total]} />
      </Section>
    </>
  )
}

function Counties({ lines }: { lines: RollupLine[] }) {
  const { t, i18n } = useTranslation()
  const { city } = useAreas()
  const values = new Map<string, Shown>(
    // A county without an entry is a gap.
    lines.filter(({ entries }) => entries > 0).map((line) => [line.value ?? '', { value: line.entries, words: format.short(line.entries, i18n.language) }]),
  )
  const most = Math.max(0, ...lines.filter(({ value }) => value !== city).map((line) => line.entries))
  return <Cartogram label={t('rollup.entries')} values={values} most={most} to={catalogueOf} caption={t('rollup.picture')} />
}

const catalogueOf = (code: string) => `/catalogue?division=${code}`

function Bars({ by, lines }: { by: Way; lines: RollupLine[] }) {
  const { t } = useTranslation()
  const name = useName(by)
  const spec = useMemo<ChartSpec>(() => {
    const largest = [...lines].sort((one, other) => other.entries - one.entries).slice(0, MOST_BARS)
    return { kind: 'bar', x: largest.map(name), series: [{ name: t('rollup.entries'), values: largest.map(({ entries }) => entries) }] }
  }, [lines, t, by])
  return <Chart label={t('rollup.entries')} spec={spec} names={t(`facet.${by}`)} />
}

function useName(by: Way) {
  const { nameOf } = useAreas()
  const { t } = useTranslation()
  return (line: RollupLine) => {
    if (line.value === undefined || line.value === null) return t('rollup.total')
    if (line.value === UNSET) return t('facet.unset')
    return line.title ?? (by === 'division' ? nameOf(line.value) : line.value)
  }
}

function Table({ by, lines }: { by: Way; lines: RollupLine[] }) {
  const { t } = useTranslation()
  const name = useName(by)
  const share = (part: number, whole: number) => (whole > 0 ? format.share(part / whole) : '—')
  const columns: Column<RollupLine>[] = [
    {
      key: 'name',
      title: t(`facet.${by}`),
      render: (line) => (
        <div className="two-lines">
          {line.value ? <Link to={`/catalogue?${by}=${encodeURIComponent(line.value)}`}>{name(line)}</Link> : <strong>{name(line)}</strong>}
          {by === 'division' && line.value && line.value !== UNSET && <Code>{line.value}</Code>}
        </div>
      ),
    },
    { key: 'entries', title: t('rollup.entries'), align: 'right', render: (line) => <Num value={line.entries} /> },
    { key: 'published', title: t('rollup.published'), align: 'right', render: (line) => <Num value={line.published} /> },
    { key: 'complete', title: t('rollup.complete'), align: 'right', render: (line) => share(line.complete, line.entries) },
    { key: 'fresh', title: t('rollup.fresh'), align: 'right', render: (line) => share(line.fresh, line.fresh + line.stale) },
    { key: 'rows', title: t('dataset.rows'), align: 'right', render: (line) => <Short value={line.rows} /> },
    { key: 'score', title: t('dataset.quality'), align: 'right', render: (line) => <Score value={line.average_score} /> },
  ]
  return <DataTable label={t('rollup.table')} columns={columns} rows={lines} rowKey={(line) => line.value ?? ''} empty={null} />
}

function Export({ by, lines }: { by: Way; lines: RollupLine[] }) {
  const { t } = useTranslation()
  const name = useName(by)
  return (
    <ExportButton
      name={t('menu.rollup')}
      columns={[t(`facet.${by}`), t('dataset.id'), t('rollup.entries'), t('rollup.published'), t('rollup.complete'), t('rollup.fresh'), t('dataset.rows'), t('dataset.quality')]}
      rows={() => lines.map((line) => [name(line), line.value ?? null, line.entries, line.published, line.complete, line.fresh, line.rows, line.average_score ?? null])}
    />
  )
}
