import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { type FilledForm, type Form, form as formQuery, report as reportQuery } from '../../api/forms'
import { useEntryTitle } from '../../kit/entry'
import { Loaded } from '../../kit/Loaded'
import { Facts, Page, Section } from '../../kit/Page'
import { BatchLink, Hint, Time } from '../../kit/Text'
import { useSpan } from '../../kit/useSpan'
import { FileItem } from './Evidence'
import { shownIn } from './filled'
import { ReportState } from './FormPage'

/** A report as it was filled, with its photographs. */
export function ReportPage() {
  const { t } = useTranslation()
  const { id = '', batch = '' } = useParams()
  const form = useQuery(formQuery(id))
  const query = useQuery(reportQuery(id, batch))
  const titled = useEntryTitle()
  const span = useSpan()
  const title = form.data ? titled({ zh: form.data.title, en: form.data.title_en ?? null }) : id
  return (
    <Page title={query.data ? `${query.data.unit} ${span(query.data.period)}` : batch} trail={[[t('menu.forms'), '/forms'], [title, `/forms/${id}`]]}>
      <Loaded query={query} doing={t('forms.history')}>
        {(report) => <Shown form={form.data} report={report} />}
      </Loaded>
    </Page>
  )
}

function Shown({ form, report }: { form: Form | undefined; report: FilledForm }) {
  const { t } = useTranslation()
  const titled = useEntryTitle()
  const filled = Object.entries(report.values as Record<string, unknown>).map(([column, value]): [string, string] => {
    const field = form?.fields.find((one) => one.column === column)
    return [field ? titled({ zh: field.title, en: field.title_en ?? null }) : column, shownIn(value, field?.unit ?? '', (is) => t(`cell.${is}`))]
  })
  return (
    <>
      <Section title={t('forms.filled')}>
        <Facts items={filled} />
      </Section>
      <Section title={t('forms.how')}>
        <Facts
          items={[
            [t('forms.batch'), <BatchLink key="batch" id={report.batch} />],
            [t('forms.state'), <ReportState key="state" report={report} />],
            [t('forms.reporter'), report.reporter],
            [t('forms.filled-on'), report.filled_on],
            [t('forms.submitted-by'), report.submitted_by],
            [t('forms.submitted-at'), <Time key="at" at={report.submitted_at} />],
          ]}
        />
      </Section>
      <Section title={t('forms.files')}>
        {report.files.length === 0 ? (
          <Hint>{t('forms.no-files')}</Hint>
        ) : (
          <ul className="form-files">
            {report.files.map((file) => (
              <FileItem key={file.hash} form={report.dataset} file={file} />
            ))}
          </ul>
        )}
      </Section>
    </>
  )
}
