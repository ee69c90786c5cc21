import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { TrailMade, TrailStep } from '../api/trail'
import { Lamp } from '../kit/Lamp'
import { Facts, Tag } from '../kit/Page'
import { Code, DatasetLink, Hint, Num, Time } from '../kit/Text'
import { Sentence } from '../kit/Sentence'
import { useSession } from '../kit/useSession'
import { useWords } from '../kit/words'
import { Deliveries } from './Deliveries'
import { Rows, type Time as TimeOf } from './Rows'

interface Props {
  step: TrailStep
  depth: number
  /** Of the rows that a number is put together from. */
  time?: TimeOf | undefined
}

/** One dataset of the trail; below a model stand the datasets that its rows were made of. */
export function Step({ step, depth, time }: Props) {
  const { t } = useTranslation()
  const isModel = step.origin === 'model' || Boolean(step.made)
  return (
    <>
      <li className="way-step" data-depth={Math.min(depth, 4)}>
        <div className="way-head">
          <span className="way-kind">{t(isModel ? 'trail.model' : 'trail.table')}</span>
          <h3>
            <DatasetLink id={step.dataset} title={step.title ?? step.dataset} />
          </h3>
          {typeof step.version === 'number' && (
            <Link to={`/datasets/${encodeURIComponent(step.dataset)}?tab=versions`} className="way-version">
              {t('figure.version', { version: step.version })}
            </Link>
          )}
          {depth > 0 && step.decides && <Tag tone="soft">{t(step.contributes ? 'trail.decides-too' : 'trail.decides')}</Tag>}
        </div>
        <Facts
          items={[
            [t('dataset.id'), <Code key="id">{step.dataset}</Code>],
            [t('trail.department'), step.owner ?? t('trail.no-owner')],
            ...(step.made ? [[t('trail.run'), <Run key="run" made={step.made} model={step.dataset} />] as [string, React.ReactNode]] : []),
            [t('trail.grant'), <Permits key="grant" step={step} />],
            ...(step.receipt ? [[t('trail.receipt'), <Code key="receipt">{step.receipt}</Code>] as [string, React.ReactNode]] : []),
          ]}
        />
        {step.gone && (
          <p>
            <Lamp state="late">{t('trail.gone')}</Lamp> <Hint><Sentence text={step.gone} /></Hint>
          </p>
        )}
        {step.doubts.map((doubt) => (
          <p key={doubt}>
            <Lamp state="due">{t('trail.doubt')}</Lamp> <Hint><Sentence text={doubt} /></Hint>
          </p>
        ))}
        {step.withheld ? (
          <p>
            <Lamp state="absent">{t('trail.withheld')}</Lamp> <Hint>{t('trail.withheld-about')}</Hint>
          </p>
        ) : (
          <>
            <Rows step={step} time={time} />
            <Deliveries step={step} />
          </>
        )}
        <p className="actions actions-start">
          <Link to={`/lineage?of=${encodeURIComponent(step.dataset)}`}>{t('trail.lineage')}</Link>
          {isModel && <Link to={`/models/${encodeURIComponent(step.dataset)}?tab=runs`}>{t('model.runs')}</Link>}
        </p>
        {step.made && <Made made={step.made} />}
      </li>
      {step.made?.inputs.map((input) => <Step key={`${input.dataset}/${input.version}`} step={input} depth={depth + 1} />)}
    </>
  )
}

/** 授权: the policies and grants under which whoever looks reads the dataset. */
function Permits({ step }: { step: TrailStep }) {
  const { t } = useTranslation()
  const { who } = useSession()
  if (who.kind === 'local') return <Hint>{t('trail.grant-local')}</Hint>
  if (!step.permits?.length) return <Hint>{t('trail.grant-none')}</Hint>
  return (
    <ul className="plain-list">
      {step.permits.map(({ policy, about, basis }) => (
        <li key={policy}>
          <span translate="no">{about ?? policy}</span> <Code>{policy}</Code> {basis && <Hint>{basis}</Hint>}
        </li>
      ))}
    </ul>
  )
}

function Run({ made: { run }, model }: { made: TrailMade; model: string }) {
  const { t } = useTranslation()
  const { word } = useWords()
  if (!run) return t('trail.no-run')
  return (
    <Link to={`/models/${encodeURIComponent(model)}?tab=runs`}>
      <Time at={run.started_at} /> {word('run-mode', run.mode)} <Code>{run.id}</Code>
    </Link>
  )
}

function Made({ made }: { made: TrailMade }) {
  const { t } = useTranslation()
  return (
    <>
      {made.sql && (
        <details>
          <summary>{t('model.sql')}</summary>
          <pre className="plan" tabIndex={0} translate="no" aria-label={t('model.sql')}>
            {made.sql.trim()}
          </pre>
        </details>
      )}
      {made.partial && <p className="hint">{t('trail.partial')}</p>}
      {made.end && (
        <p>
          <Lamp state="due">{t('trail.end')}</Lamp> <Hint><Sentence text={made.end} /></Hint>
        </p>
      )}
      {made.inputs.length > 0 && (
        <p className="hint">
          {t('trail.made-of')} <Num value={made.inputs.length} />
        </p>
      )}
    </>
  )
}
