import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { TrailStep } from '../api/trail'
import { useDeliveredAs } from '../kit/delivered'
import { BatchLamp } from '../kit/Lamp'
import { BatchLink, Code, Hint, Time } from '../kit/Text'
import { useWords } from '../kit/words'
import { delivered } from './deliveries'

const LINES = 12

/** The deliveries that brought the rows: file, lines, when, by whom. */
export function Deliveries({ step }: { step: TrailStep }) {
  const { t } = useTranslation()
  const { principal } = useWords()
  const nameOf = useDeliveredAs()
  const list = delivered(step)
  if (list.length === 0) return null
  return (
    <>
      <h4>{t('trail.deliveries', { count: list.length })}</h4>
      <ul className="plain-list" aria-label={t('trail.deliveries', { count: list.length })}>
        {list.map(({ batch, lines }) => (
          <li key={batch.id} className="way-delivery">
            <span>
              <strong className="break">{nameOf(batch)}</strong>{' '}
              {lines.length > 0 && <span className="num">{t('trail.lines', { lines: said(lines, t('app.comma')), count: lines.length })}</span>}
            </span>
            <Hint>
              <Time at={batch.started_at} /> · {principal(batch.delivered_by)}
              {batch.source && (
                <>
                  {' · '}
                  <Code>{batch.source}</Code>
                </>
              )}
            </Hint>
            <span>
              <BatchLamp batch={batch} />{' '}
              {step.origin === 'form' ? <Link to={`/forms/${step.dataset}/reports/${batch.id}`}>{t('forms.see-report')}</Link> : <BatchLink id={batch.id} />}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function said(lines: number[], comma: string): string {
  const first = lines.slice(0, LINES).join(comma)
  return lines.length > LINES ? `${first}…` : first
}
