import { useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type Model, models as modelsQuery } from '../../api/models'
import { type Column, DataTable } from '../../kit/DataTable'
import { ExportButton } from '../../kit/ExportButton'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Sentence } from '../../kit/Sentence'
import { Page } from '../../kit/Page'
import { Age, Code, DatasetLink, Hint, Short } from '../../kit/Text'
import { useDatasetTitles } from '../../kit/useDatasetTitles'
import { useSession } from '../../kit/useSession'
import { useWords } from '../../kit/words'
import * as format from '../../kit/format'
import { ModelLamp } from './ModelLamp'
import { Running } from './Running'
import { useRun } from './useRun'

export function Models() {
  const { t } = useTranslation()
  const query = useQuery(modelsQuery)
  const runner = useRun()
  const busy = runner.run.isPending
  const { may } = useSession()
  const mayAll = may('operate')
  const mayOwn = query.data?.some((model) => model.may.includes('steward')) ?? false
  return (
    <Page
      title={t('menu.models')}
      about={t('models.about')}
      actions={
        <>
          {query.data && query.data.length > 0 && <Export models={query.data} />}
          {(mayAll || mayOwn) && (
            <Button type="primary" disabled={busy} title={busy ? t('model.running') : ''} onClick={() => runner.run.mutate({ full: false })}>
              {t(mayAll ? 'models.run-all' : 'models.run-own')}
            </Button>
          )}
        </>
      }
    >
      <Running {...runner} />
      <div className="surface">
        <Loaded query={query} doing={t('menu.models')}>
          {(list) => <List models={list} busy={busy} run={(id) => runner.run.mutate({ id, full: false })} />}
        </Loaded>
      </div>
    </Page>
  )
}

interface ListProps {
  models: Model[]
  busy: boolean
  run: (id: string) => void
}

function List({ models, busy, run }: ListProps) {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const titles = useDatasetTitles()
  const title = (id: string) => titles.get(id) ?? models.find((model) => model.id === id)?.title ?? id
  const columns: Column<Model>[] = [
    {
      key: 'title',
      title: t('model.one'),
      render: (model) => (
        <div className="two-lines">
          <Link to={`/models/${model.id}`} translate="no">
            {model.title}
          </Link>
          <Code>{model.id}</Code>
        </div>
      ),
    },
    {
      key: 'inputs',
      title: t('model.inputs'),
      full: true,
      render: (model) => (
        <ul className="inline-list wrap">
          {model.inputs.map((id) => (
            <li key={id}>
              <DatasetLink id={id} title={title(id)} />
            </li>
          ))}
        </ul>
      ),
    },
    { key: 'state', title: t('model.state'), render: (model) => <State model={model} /> },
    {
      key: 'last',
      title: t('model.last-run'),
      render: ({ last_run: last }) =>
        last ? (
          <div className="two-lines">
            <Age at={last.started_at} />
            <Hint>
              {word('run-mode', last.mode)}
              {typeof last.duration_ms === 'number' && ` · ${format.elapsed(last.duration_ms, i18n.language)}`}
            </Hint>
          </div>
        ) : (
          <Hint>{t('model.never')}</Hint>
        ),
    },
    { key: 'why', title: t('model.why'), full: true, render: ({ last_run: last }) => <span className="wrap clip-why"><Sentence text={last?.why} /></span> },
    {
      key: 'rows',
      title: t('dataset.rows'),
      align: 'right',
      render: (model) => (typeof model.rows === 'number' ? <Short value={model.rows} /> : '—'),
    },
    {
      key: 'do',
      title: t('version.do'),
      pinned: true,
      render: (model) =>
        model.may.includes('steward') ? (
          <Button size="small" disabled={busy} aria-label={t('model.run-one', { title: model.title })} onClick={() => run(model.id)}>
            {t('model.run')}
          </Button>
        ) : (
          '—'
        ),
    },
  ]
  return (
    <DataTable
      label={t('menu.models')}
      columns={columns}
      rows={models}
      rowKey={(model) => model.id}
      empty={<Nothing title={t('models.none')}>{t('models.none-help')}</Nothing>}
    />
  )
}

function Export({ models }: { models: Model[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <ExportButton
      name={t('menu.models')}
      columns={[t('model.one'), t('dataset.id'), t('model.inputs'), t('model.state'), t('model.last-run'), t('model.mode'), t('model.why'), t('dataset.rows')]}
      rows={() =>
        models.map(({ id, title, inputs, state, last_run: last, rows }) => [
          title, id, inputs.join(', '), word('model-state', state), last ? format.time(last.started_at) : null, word('run-mode', last?.mode), last?.why ?? null, rows ?? null,
        ])
      }
    />
  )
}

function State({ model }: { model: Model }) {
  const { t, i18n } = useTranslation()
  return (
    <div className="two-lines">
      <ModelLamp state={model.state} />
      {model.state === 'running' && typeof model.rows_so_far === 'number' && (
        <Hint>
          {t('phase.rows', { rows: format.short(model.rows_so_far, i18n.language) })}
        </Hint>
      )}
    </div>
  )
}
