import { useQuery } from '@tanstack/react-query'
import Drawer from 'antd/es/drawer'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { type MetricDefinition, type MetricNumber, answers, metric as metricQuery } from '../api/metrics'
import { metricTrail } from '../api/trail'
import { useEntryTitle } from '../kit/entry'
import { useWorded } from '../pages/declared/worded'
import { useDimension } from '../pages/figures/useDimension'
import { Figure } from '../kit/Figure'
import { Lamp } from '../kit/Lamp'
import { Loaded } from '../kit/Loaded'
import { Facts } from '../kit/Page'
import { Code } from '../kit/Text'
import { type TrailWish, isOther } from '../kit/trail'
import { useNarrow } from '../kit/useNarrow'
import { useReturnFocus } from '../kit/useReturnFocus'
import { useSpan } from '../kit/useSpan'
import { Step } from './Step'

interface Props {
  wish: TrailWish
  onClose: () => void
}

/** Where a number comes from, down to the records of deliveries and the departments that delivered them. */
export function TrailDrawer({ wish, onClose }: Props) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const { stay } = useReturnFocus()
  const { pathname } = useLocation()
  // What the number means is there at once; its rows take a moment, and may be out of reach.
  const meaning = useQuery(metricQuery(wish.ask.metric))
  const query = useQuery(metricTrail(wish.ask))
  const number = useNumber(wish)
  useCloseOnMove(pathname, () => {
    stay()
    onClose()
  })
  return (
    <Drawer
      open
      onClose={onClose}
      placement="right"
      size={isNarrow ? window.innerWidth : Math.min(820, window.innerWidth)}
      title={t('trail.title')}
      closable={{ 'aria-label': t('action.close') }}
    >
      <Loaded query={meaning} doing={t('trail.title')}>
        {(definition) => (
          <ol className="way">
            <Meaning definition={definition} wish={wish} shown={number} own={query.data?.point} isPart={query.data?.is_part === true} />
            {query.data?.more && <li className="way-step hint">{t('trail.more')}</li>}
            {query.data?.trail ? <Step step={query.data.trail} depth={0} time={{ column: definition.time, grain: definition.grain }} /> : <li className="way-step"><Loaded query={query} doing={t('trail.title')}>{() => <p className="hint">{t('trail.no-rows')}</p>}</Loaded></li>}
          </ol>
        )}
      </Loaded>
    </Drawer>
  )
}

/** The number as it was shown, or else as it is told now: whoever may not follow its rows sees it nevertheless. */
function useNumber({ ask: { metric, period, only }, number }: TrailWish): MetricNumber | undefined {
  const asked = useQuery({ ...answers(metric, [{ metric, period, only }]), enabled: number === undefined })
  if (number) return number
  const [answer] = asked.data ?? []
  return answer instanceof Error ? undefined : answer?.groups[0]?.points.at(-1)
}

/** Every step is a link to a page; the page that was gone to is not to be covered. */
function useCloseOnMove(pathname: string, close: () => void) {
  const [from] = useState(pathname)
  useEffect(() => {
    if (pathname !== from) close()
  })
}

interface MeaningProps {
  definition: MetricDefinition
  wish: TrailWish
  /** Absent until it is told. */
  shown: MetricNumber | undefined
  /** The number as the trail has it; absent until its rows are there. */
  own: MetricNumber | undefined
  /** Not all rows of the model are seen by whoever looks. */
  isPart: boolean
}

function Meaning({ definition, wish, shown, own, isPart }: MeaningProps) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const worded = useWorded()
  const span = useSpan()
  const narrowed = useDimension(definition).narrowed(wish.ask.only)
  return (
    <li className="way-step">
      <div className="way-head">
        <span className="way-kind">{t('trail.metric')}</span>
        <h3>
          <Link to={`/figures/${definition.id}`}>{title(definition.title)}</Link>
        </h3>
        {(own ?? shown) && (
          <strong className="way-number">
            <Figure number={own ?? shown} unit={definition.unit} decimals={definition.decimals} />
          </strong>
        )}
      </div>
      {isPart && (
        <p className="wrap">
          <Lamp state="made-up">{t('board.part')}</Lamp>
        </p>
      )}
      {isOther(wish.number, own, definition.decimals) && (
        <p className="wrap">
          <Lamp state="due">{t('trail.other')}</Lamp> <Figure number={wish.number} unit={definition.unit} decimals={definition.decimals} />
        </p>
      )}
      <p>{worded(definition.formula)}</p>
      <Facts
        items={[
          [t('figure.period'), [span(wish.ask.period), ...(wish.ask.until ? [t('board.until', { through: span(wish.ask.until) })] : [])].join(' ')],
          ...(narrowed.length > 0 ? [[t('trail.narrowed'), <Code key="only">{narrowed.join(' · ')}</Code>] as [string, React.ReactNode]] : []),
          [t('dataset.owner'), definition.owner],
          [t('figure.definition-version'), <Code key="version">{definition.version}</Code>],
          [t('trail.measure'), <Code key="measure">{definition.condition ? `${definition.measure} WHERE ${definition.condition}` : definition.measure}</Code>],
        ]}
      />
      <p className="actions actions-start">
        <Link to={`/models/${encodeURIComponent(definition.model)}`}>{t('figure.made-of')}</Link>
        <Link to={`/lineage?of=${encodeURIComponent(definition.model)}`}>{t('trail.lineage')}</Link>
      </p>
    </li>
  )
}
