import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type DueReport, type FormSummary, forms as formsQuery } from '../../api/forms'
import { type Column, DataTable } from '../../kit/DataTable'
import { DaysLeft } from '../../kit/DaysLeft'
import { useEntryTitle } from '../../kit/entry'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page, Section } from '../../kit/Page'
import { Code, Hint } from '../../kit/Text'
import { useSession } from '../../kit/useSession'
import { useSpan } from '../../kit/useSpan'
import { WorkLamp } from '../plan/PlanLamp'

/** What is to be reported, the latest first, and the forms. */
export function Forms() {
  const { t } = useTranslation()
  const query = useQuery(formsQuery)
  const { who } = useSession()
  const department = who.account?.department
  const own = (due: DueReport[]) => (department ? due.filter(({ unit }) => unit === department) : due)
  return (
    <Page title={t('menu.forms')} about={t('forms.about')}>
      <Loaded query={query} doing={t('menu.forms')}>
        {(list) => (
          <>
            <Section title={t('forms.due')} flush>
              <DueTable label={t('forms.due')} forms={list.forms} due={own(list.due)} />
            </Section>
            {department && list.due.some(({ unit }) => unit !== department) && (
              <Section title={t('forms.due-others')} flush>
                <DueTable label={t('forms.due-others')} forms={list.forms} due={list.due.filter(({ unit }) => unit !== department)} />
              </Section>
            )}
            <Section title={t('forms.all')} flush>
              <FormTable forms={list.forms} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function DueTable({ label, forms, due }: { label: string; forms: FormSummary[]; due: DueReport[] }) {
  const { t } = useTranslation()
  const span = useSpan()
  const title = useEntryTitle()
  const english = new Map(forms.map((form) => [form.dataset, form.title_en]))
  const columns: Column<DueReport>[] = [
    {
      key: 'form',
      title: t('forms.one'),
      render: (one) => (
        <Link to={`/forms/${one.dataset}?unit=${encodeURIComponent(one.unit)}&period=${one.period}`} translate="no">
          {title({ zh: one.title, en: english.get(one.dataset) ?? null })}
        </Link>
      ),
    },
    { key: 'unit', title: t('forms.unit'), render: (one) => <span translate="no">{one.unit}</span> },
    { key: 'period', title: t('forms.period'), render: (one) => span(one.period) },
    { key: 'due', title: t('forms.due-day'), render: (one) => one.due },
    { key: 'lamp', title: t('forms.lamp'), render: (one) => <WorkLamp lamp={one.lamp} /> },
    { key: 'days', title: t('forms.days'), render: (one) => <DaysLeft days={one.days_left} /> },
  ]
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={due}
      rowKey={(one) => `${one.dataset} ${one.unit} ${one.period}`}
      empty={<Nothing title={t('forms.none-due')} />}
    />
  )
}

/** Reports of the periods that are listed, and how many of earlier ones are late too. */
function Late({ form }: { form: FormSummary }) {
  const { t } = useTranslation()
  return (
    <>
      <span className="num">{form.late}</span>
      {form.late_earlier > 0 && <Hint> {t('forms.late-earlier', { count: form.late_earlier })}</Hint>}
    </>
  )
}

function FormTable({ forms }: { forms: FormSummary[] }) {
  const { t } = useTranslation()
  const span = useSpan()
  const title = useEntryTitle()
  const columns: Column<FormSummary>[] = [
    {
      key: 'title',
      title: t('forms.one'),
      render: (one) => (
        <div className="two-lines entry-name">
          <Link to={`/forms/${one.dataset}`} translate="no">
            {title({ zh: one.title, en: one.title_en ?? null })}
          </Link>
          <Code>{one.dataset}</Code>
        </div>
      ),
    },
    { key: 'owner', title: t('forms.owner'), render: (one) => <span translate="no">{one.owner}</span> },
    { key: 'period', title: t('forms.period'), render: (one) => span(one.period) },
    { key: 'reported', title: t('forms.reported'), render: (one) => t('forms.reported-of', { done: one.reported, of: one.units }) },
    { key: 'late', title: t('forms.late'), render: (one) => <Late form={one} /> },
    { key: 'last', title: t('forms.last'), render: (one) => one.last_reported_on ?? <Hint>{t('forms.never')}</Hint> },
  ]
  return (
    <DataTable
      label={t('forms.all')}
      columns={columns}
      rows={forms}
      rowKey={(one) => one.dataset}
      empty={<Nothing title={t('forms.none')} />}
    />
  )
}
