import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { type MetricAnswer, type MetricAsk, type MetricDefinition, answers, metric as metricQuery, metrics } from '../../api/metrics'
import { useEntryTitle } from '../../kit/entry'
import { Loaded } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { Code } from '../../kit/Text'
import { askOf, useTrail } from '../../kit/trail'
import { areaOf, asksOf, classesOf, viewOf } from './asks'
import { Breakdown } from './Breakdown'
import { Controls } from './Controls'
import { Counties } from './Counties'
import { Definition } from './Definition'
import { Points } from './Figures'
import { Newest } from './Newest'
import { Notes } from './Notes'
import { Series } from './Series'
import { ToldBefore } from './ToldBefore'

/** One metric: its newest number, how it went, by county and by its other dimensions, what it means, what was said of it. */
export function FigurePage() {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const { id = '' } = useParams()
  const query = useQuery(metricQuery(id))
  const definition = query.data
  return (
    <Page
      title={definition ? title(definition.title) : id}
      trail={[[t('menu.figures'), '/figures']]}
      about={definition && <Head definition={definition} />}
    >
      <Loaded query={query} doing={`${t('figure.one')} ${id}`}>
        {(known) => <Content key={known.id} definition={known} />}
      </Loaded>
    </Page>
  )
}

function Head({ definition }: { definition: MetricDefinition }) {
  return (
    <ul className="summary">
      <li>
        <Code>{definition.id}</Code>
      </li>
      <li>{definition.owner}</li>
      <li>
        <Points list={definition.points} />
      </li>
    </ul>
  )
}

/** An answer, or what went wrong with its question. */
type Outcome = MetricAnswer | Error | undefined

function Content({ definition }: { definition: MetricDefinition }) {
  const { t } = useTranslation()
  const [address] = useSearchParams()
  useTrailOfAddress(definition.id, address.get('trail'))
  const { data: all } = useQuery(metrics)
  const newest = all?.find(({ id }) => id === definition.id)?.newest?.period
  const view = useMemo(() => viewOf(definition, address), [definition, address])
  const asks = useMemo(() => asksOf(definition, view, newest), [definition, view, newest])
  const query = useQuery({ ...answers(definition.id, asks), enabled: all !== undefined })
  const area = areaOf(definition)
  return (
    <Loaded query={query} doing={t('figure.one')}>
      {([series, ...others]: Outcome[]) => {
        const counties = area ? others.shift() : undefined
        const classes = classesOf(definition).map((name, place) => ({ name, answer: answered(others[place]), ask: asks[place + (area ? 2 : 1)] }))
        return (
          <div className={query.isPlaceholderData ? 'is-old' : undefined}>
            <Controls definition={definition} view={view} counties={answered(counties)} classes={classes} />
            <Answered outcome={series}>
              {(answer) => (
                <>
                  <div className="two-columns figure-top">
                    <Newest answer={answer} definition={definition} ask={asks[0]} />
                    <Definition definition={definition} />
                  </div>
                  <Series answer={answer} definition={definition} view={view} />
                </>
              )}
            </Answered>
            {area && (
              <Answered outcome={counties}>{(answer) => <Counties answer={answer} view={view} ask={asks[1]} />}</Answered>
            )}
            {classes.map(({ name, answer, ask }) => answer && <Breakdown key={name} dimension={name} definition={definition} answer={answer} ask={ask} />)}
            <Source definition={definition} series={answered(series)} />
          </div>
        )
      }}
    </Loaded>
  )
}

/** A paper names the number whose trail is wanted by its period. */
function useTrailOfAddress(metric: string, period: string | null) {
  const open = useTrail()
  useEffect(() => {
    const ask = askOf(metric, period)
    if (ask) open?.({ ask })
  }, [open, metric, period])
}

function Source({ definition, series }: { definition: MetricDefinition; series: MetricAnswer | undefined }) {
  return (
    <div className="two-columns figure-below">
      <ToldBefore definition={definition} answer={series} />
      <Notes definition={definition} period={series?.freshness.newest} />
    </div>
  )
}

function answered(outcome: Outcome): MetricAnswer | undefined {
  return outcome instanceof Error ? undefined : outcome
}

function Answered({ outcome, children }: { outcome: Outcome; children: (answer: MetricAnswer) => React.ReactNode }) {
  if (outcome instanceof Error) return <ProblemPanel error={outcome} />
  return outcome && children(outcome)
}

export interface ClassAnswer {
  name: string
  answer: MetricAnswer | undefined
  ask: MetricAsk | undefined
}
