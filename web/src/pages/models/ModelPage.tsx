import { useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import { type ModelDetail, model as modelQuery } from '../../api/models'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Sentence } from '../../kit/Sentence'
import { Facts, Page, Section } from '../../kit/Page'
import { Tabs } from '../../kit/Tabs'
import { Age, Code, DatasetLink, Hint, Num, Short } from '../../kit/Text'
import { useDatasetTitles } from '../../kit/useDatasetTitles'
import { useWords } from '../../kit/words'
import { ModelLamp } from './ModelLamp'
import { Plan } from './Plan'
import { Running } from './Running'
import { Runs } from './Runs'
import { useRun } from './useRun'

export function ModelPage() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const query = useQuery(modelQuery(id))
  const runner = useRun()
  const start = (full: boolean, downstream: boolean) => runner.run.mutate({ id, full, downstream })
  const busy = runner.run.isPending
  return (
    <Page
      title={query.data?.title ?? id}
      trail={[[t('menu.models'), '/models']]}
      about={query.data && <Head model={query.data} />}
      actions={
        query.data && (
          <>
            <Link to={`/datasets/${id}`} className="button-link">
              {t('model.open-dataset')}
            </Link>
            {query.data.may.includes('steward') && (
              <>
                <Button disabled={busy} title={t('model.full-about')} onClick={() => start(true, false)}>
                  {t('model.full')}
                </Button>
                <Button disabled={busy} title={t('model.downstream-about')} onClick={() => start(false, true)}>
                  {t('model.run-downstream')}
                </Button>
                <Button type="primary" disabled={busy} onClick={() => start(false, false)}>
                  {t('model.run')}
                </Button>
              </>
            )}
          </>
        )
      }
    >
      <Running {...runner} />
      <Loaded query={query} doing={`${t('model.one')} ${id}`}>
        {(model) => <Content model={model} />}
      </Loaded>
    </Page>
  )
}

function Head({ model }: { model: ModelDetail }) {
  const { t } = useTranslation()
  return (
    <ul className="summary">
      <li>
        <Code>{model.id}</Code>
      </li>
      <li>
        <ModelLamp state={model.state} /> {model.last_run ? <Age at={model.last_run.started_at} /> : <Hint>{t('model.never')}</Hint>}
      </li>
      {typeof model.rows === 'number' && (
        <li>
          {t('dataset.rows')} <Short value={model.rows} />
        </li>
      )}
      {typeof model.version === 'number' && (
        <li>
          {t('dataset.version')} <Num value={model.version} />
        </li>
      )}
    </ul>
  )
}

function Content({ model }: { model: ModelDetail }) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  return (
    <div className="surface">
      <Tabs
        label={t('model.tabs')}
        active={address.get('tab') ?? 'sql'}
        onChange={(key) => setAddress({ tab: key }, { replace: true })}
        tabs={[
          { key: 'sql', label: t('model.sql'), render: () => <Sql model={model} /> },
          { key: 'runs', label: t('model.runs'), render: () => <Runs id={model.id} /> },
          { key: 'plan', label: t('model.plan'), render: () => <Plan id={model.id} /> },
        ]}
      />
    </div>
  )
}

function Sql({ model }: { model: ModelDetail }) {
  const { t } = useTranslation()
  const titles = useDatasetTitles()
  const title = (id: string) => titles.get(id) ?? id
  return (
    <div className="padded">
      {model.last_run?.error && <Failure error={model.last_run.error} />}
      <div className="two-columns">
        <Section title={t('model.inputs')}>
          <Names ids={model.inputs} title={title} empty={t('model.no-inputs')} />
          {model.state === 'fresh' && model.why && (
            <Hint>
              <Sentence text={model.why} />
            </Hint>
          )}
        </Section>
        <Section title={t('model.downstream')}>
          <Names ids={model.downstream} title={title} empty={t('model.no-downstream')} />
          <Link to={`/lineage?of=${encodeURIComponent(model.id)}`} className="no-print">
            {t('model.lineage')}
          </Link>
        </Section>
      </div>
      <Section title={t('model.how')}>
        <Facts
          items={[
            [
              t('model.mode'),
              <Lamp key="mode" state={model.mode_possible.incremental ? 'good' : 'due'}>
                {t(model.mode_possible.incremental ? 'model.can-incremental' : 'model.only-full')}
              </Lamp>,
            ],
            [t('model.why'), <Sentence key="possible" text={model.mode_possible.why} />],
            [t('model.last-why'), <LastWhy key="why" model={model} />],
          ]}
        />
      </Section>
      <Section
        title={t('model.sql')}
        extra={
          <Link to={`/query?sql=${encodeURIComponent(model.sql)}`} className="no-print">
            {t('dataset.query')}
          </Link>
        }
      >
        <pre className="plan" tabIndex={0} translate="no" aria-label={t('model.sql')}>
          {model.sql}
        </pre>
      </Section>
    </div>
  )
}

function LastWhy({ model: { last_run: last } }: { model: ModelDetail }) {
  const { word } = useWords()
  if (!last) return '—'
  return (
    <>
      {word('run-mode', last.mode)} · <Sentence text={last.why} />
    </>
  )
}

function Failure({ error }: { error: { code: string; message: string; help?: string | null } }) {
  const { t } = useTranslation()
  return (
    <div className="problem" role="alert">
      <h3 className="problem-title">
        <span aria-hidden="true">■</span> {t('model.failed')}
      </h3>
      <p>{t('model.kept-version')}</p>
      <p lang="en" translate="no">
        {error.message} {error.help && <span className="hint">· {error.help}</span>}
      </p>
      <Link to={`/problems/${encodeURIComponent(error.code)}`}>{t('problem.about')}</Link>
    </div>
  )
}

interface NamesProps {
  ids: string[]
  title: (id: string) => string
  empty: string
}

function Names({ ids, title, empty }: NamesProps) {
  if (ids.length === 0) return <Nothing title={empty} />
  return (
    <ul className="plain-list">
      {ids.map((id) => (
        <li key={id} className="two-lines">
          <DatasetLink id={id} title={title(id)} />
          <Code>{id}</Code>
        </li>
      ))}
    </ul>
  )
}
