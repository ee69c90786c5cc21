import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { type DueReport, type FormReport, form as formQuery, reports as reportsQuery, standing as standingQuery } from '../../api/forms'
import { type Column, DataTable } from '../../kit/DataTable'
import { DaysLeft } from '../../kit/DaysLeft'
import { useEntryTitle } from '../../kit/entry'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section, Tag } from '../../kit/Page'
import { Time } from '../../kit/Text'
import { useSpan } from '../../kit/useSpan'
import { WorkLamp } from '../plan/PlanLamp'
import { Fill } from './Fill'

/** One form: filling it, who has reported and who has not, and the reports before. */
export function FormPage() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const title = useEntryTitle()
  const query = useQuery(formQuery(id))
  return (
    <Page title={query.data ? title({ zh: query.data.title, en: query.data.title_en ?? null }) : id} trail={[[t('menu.forms'), '/forms']]} about={query.data?.about}>
      <Loaded query={query} doing={id}>
        {(form) => (
          <>
            <Section title={t('forms.fill')}>
              <Fill form={form} />
            </Section>
            <Section title={t('forms.standing')} flush>
              <Standing id={id} />
            </Section>
            <Section title={t('forms.history')} flush>
              <History id={id} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** The day, and how long it is until then while nothing is reported. */
function Due({ of: { due, batch, days_left } }: { of: DueReport }) {
  return (
    <>
      {due} {!batch && <DaysLeft days={days_left} />}
    </>
  )
}

function Standing({ id }: { id: string }) {
  const { t } = useTranslation()
  const span = useSpan()
  const query = useQuery(standingQuery(id))
  const columns: Column<DueReport>[] = [
    { key: 'period', title: t('forms.period'), render: (one) => span(one.period) },
    { key: 'unit', title: t('forms.unit'), render: (one) => <span translate="no">{one.unit}</span> },
    { key: 'due', title: t('forms.due-day'), render: (one) => <Due of={one} /> },
    { key: 'lamp', title: t('forms.lamp'), render: (one) => <WorkLamp lamp={one.lamp} /> },
    {
      key: 'reported',
      title: t('forms.reported-on'),
      render: (one) => (one.batch ? <Link to={`/forms/${id}/reports/${one.batch}`}>{one.reported_on}</Link> : '—'),
    },
  ]
  return (
    <Loaded query={query} doing={t('forms.standing')}>
      {(stand) => (
        <DataTable label={t('forms.standing')} columns={columns} rows={stand.reports} rowKey={(one) => `${one.period} ${one.unit}`} empty={null} />
      )}
    </Loaded>
  )
}

function History({ id }: { id: string }) {
  const { t } = useTranslation()
  const span = useSpan()
  const query = useQuery(reportsQuery(id))
  const columns: Column<FormReport>[] = [
    { key: 'period', title: t('forms.period'), render: (one) => <Link to={`/forms/${id}/reports/${one.batch}`}>{span(one.period)}</Link> },
    { key: 'unit', title: t('forms.unit'), render: (one) => <span translate="no">{one.unit}</span> },
    { key: 'by', title: t('forms.reporter'), render: (one) => <span translate="no">{one.reporter ?? one.submitted_by}</span> },
    { key: 'at', title: t('forms.submitted-at'), render: (one) => <Time at={one.submitted_at} /> },
    { key: 'files', title: t('forms.files'), render: (one) => <span className="num">{one.evidence.length}</span> },
    { key: 'state', title: t('forms.state'), render: (one) => <ReportState report={one} /> },
  ]
  return (
    <Loaded query={query} doing={t('forms.history')}>
      {(reports) => (
        <DataTable label={t('forms.history')} columns={columns} rows={reports} rowKey={(one) => one.batch} empty={<Nothing title={t('forms.none-reported')} />} />
      )}
    </Loaded>
  )
}

export function ReportState({ report }: { report: FormReport }) {
  const { t } = useTranslation()
  if (report.status === 'undone') return <Tag>{t('forms.undone')}</Tag>
  return <Tag>{report.is_replaced ? t('forms.replaced') : t('forms.counts')}</Tag>
}
