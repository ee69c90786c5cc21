import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ChartDeclared, PageDeclared, Tile } from '../../api/pages'
import { runSql } from '../../api/queries'
import type { Answer } from '../../api/types'
import { Chart } from '../../kit/Chart'
import { Loaded, Nothing, Waiting } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import * as format from '../../kit/format'
import { unitName } from '../../kit/units'
import { charted, number } from './spec'
import { useTitles } from './useTitles'
import { useWorded } from './worded'

const asked = (sql: string) => ({
  queryKey: ['declared', sql],
  queryFn: ({ signal }: { signal: AbortSignal }) => runSql(sql, { limit: 1000, uncounted: true }, signal),
  staleTime: 30_000,
})

/** Figures and charts; every one of them leads to the question behind it. */
export function Dashboard({ declared }: { declared: PageDeclared }) {
  return (
    <>
      {(declared.tiles?.length ?? 0) > 0 && (
        <ul className="figures">
          {declared.tiles?.map((tile) => (
            <Figure key={tile.sql} tile={tile} />
          ))}
        </ul>
      )}
      <div className="two-columns charts">
        {declared.charts?.map((chart) => (
          <Charted key={chart.sql} chart={chart} />
        ))}
      </div>
    </>
  )
}

function Figure({ tile }: { tile: Tile }) {
  const { t, i18n } = useTranslation()
  const worded = useWorded()
  const query = useQuery(asked(tile.sql))
  const value = number(query.data?.rows[0]?.[0])
  return (
    <li className="surface figure-card">
      <span className="hint">{worded(tile.title)}</span>
      <Loaded query={query} doing={worded(tile.title)}>
        {() => (
          <p className="figure">
            {value === null ? '—' : <span className="num" title={format.number(value, i18n.language)}>{format.short(value, i18n.language)}</span>}{' '}
            <span className="hint">{unitName(tile.unit ?? '')}</span>
          </p>
        )}
      </Loaded>
      <Behind sql={tile.sql} title={worded(tile.title)} />
      <span className="visually-hidden">{value === null && query.isSuccess ? t('pages.no-figure') : ''}</span>
    </li>
  )
}

function Charted({ chart }: { chart: ChartDeclared }) {
  const worded = useWorded()
  const query = useQuery(asked(chart.sql))
  const title = worded(chart.title)
  return (
    <Section title={title} extra={<Behind sql={chart.sql} title={title} />}>
      <Loaded query={query} doing={title}>
        {(answer) => <Drawn chart={chart} answer={answer} title={title} />}
      </Loaded>
    </Section>
  )
}

function Drawn({ chart, answer, title }: { chart: ChartDeclared; answer: Answer; title: string }) {
  const { t } = useTranslation()
  const named = useTitles(chart)
  const spec = useMemo(() => charted(chart, answer, title, named?.titles, named?.words), [chart, answer, title, named])
  // A legend in words of SQL, and a moment later in others, would be read twice.
  if (named === undefined) return <Waiting />
  if (spec.x.length === 0) return <Nothing title={t('answer.no-rows')} />
  return <Chart label={title} spec={spec} names={chart.x} />
}

/** The number answers back: its question, with the rows behind it. */
function Behind({ sql, title }: { sql: string; title: string }) {
  const { t } = useTranslation()
  return (
    <Link to={`/query?sql=${encodeURIComponent(sql)}`} className="no-print behind" aria-label={t('pages.behind-one', { title })}>
      {t('pages.behind')}
    </Link>
  )
}
