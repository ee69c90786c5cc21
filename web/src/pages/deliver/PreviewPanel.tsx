import Button from 'antd/es/button'
import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import type { Preview } from '../../api/upload'
import { Lamp } from '../../kit/Lamp'
import { Loaded } from '../../kit/Loaded'
import { Explained, useExplanation } from '../../kit/Problem'
import { Sentence } from '../../kit/Sentence'
import { Code, Raw } from '../../kit/Text'

interface Props {
  query: React.ComponentProps<typeof Loaded<Preview>>['query'] & { isPlaceholderData: boolean }
  /** Columns of the dataset, with their titles; none before a dataset is chosen. */
  columns: { name: string; title: string; required: boolean }[]
  headers: Record<string, string | null>
  onHeaders: (headers: Record<string, string | null>) => void
  /** Says that the header stands in this row of the file, from 1. */
  onHeaderRow: (row: number) => void
}

/** How the file will be read, before anything is delivered: encoding, header row, what goes where, the first rows. */
export function PreviewPanel({ query, columns, headers, onHeaders, onHeaderRow }: Props) {
  const { t } = useTranslation()
  return (
    <section className={query.isPlaceholderData ? 'preview is-old' : 'preview'} aria-label={t('preview.title')} aria-busy={query.isFetching}>
      <h2>{t('preview.title')}</h2>
      <Loaded query={query} doing={t('preview.title')}>
        {(preview) => (
          <>
            <How preview={preview} />
            {preview.refusal && <Refused refusal={preview.refusal} hint={preview.headers.length < columns.length / 2} />}
            {columns.length > 0 && <Mapping preview={preview} columns={columns} headers={headers} onHeaders={onHeaders} />}
            <Rows
              preview={preview}
              titles={new Map(columns.map(({ name, title }) => [name, title]))}
              onHeaderRow={preview.refusal?.code === 'missing-columns' && preview.report.header_row ? onHeaderRow : undefined}
            />
          </>
        )}
      </Loaded>
    </section>
  )
}

function How({ preview: { report, headers, absent } }: { preview: Preview }) {
  const { t } = useTranslation()
  const claimed = headers.filter(({ column }) => column).length
  const required = absent.filter((one) => one.required)
  return (
    <ul className="summary preview-how">
      {report.format && (
        <li>
          <span className="hint">{t('reading.format')}</span> <Code>{report.format}</Code>
        </li>
      )}
      {report.encoding && (
        <li>
          <span className="hint">{t('reading.encoding')}</span> <Code>{report.encoding}</Code>{' '}
          <span className="hint">
            <Sentence text={report.encoding_reason} />
          </span>
        </li>
      )}
      {report.sheet && (
        <li>
          <span className="hint">{t('reading.sheet')}</span> {report.sheet}
        </li>
      )}
      <li>
        <span className="hint">{t('reading.header')}</span>{' '}
        {report.header_row ? t('reading.header-at', { row: report.header_row }) : t('reading.header-none')}
      </li>
      <li>
        <Lamp state={claimed === headers.length ? 'good' : 'due'}>{t('preview.claimed', { count: claimed, all: headers.length })}</Lamp>
      </li>
      {required.length > 0 && (
        <li>
          <Lamp state="late">{t('preview.absent', { count: required.length })}</Lamp>
        </li>
      )}
    </ul>
  )
}

function Refused({ refusal, hint }: { refusal: NonNullable<Preview['refusal']>; hint: boolean }) {
  const { t } = useTranslation()
  const known = useExplanation(refusal.code)
  return (
    <div className="problem" role="alert">
      <h3 className="problem-title">
        <span aria-hidden="true">■</span> {t('preview.refused')} {known?.title ?? refusal.code}
      </h3>
      {hint && <p>{t('preview.try-header')}</p>}
      {refusal.code === 'missing-columns' ? (
        <p>
          <strong>{t('problem.help')}</strong> {t('preview.map-below')}
        </p>
      ) : (
        <Explained problem={{ type: '', title: '', status: 0, code: refusal.code, detail: refusal.message, help: refusal.help ?? null }} known={known} />
      )}
    </div>
  )
}

const NONE = '\u0000'

function Mapping({ preview, columns, headers, onHeaders }: { preview: Preview } & Pick<Props, 'columns' | 'headers' | 'onHeaders'>) {
  const { t } = useTranslation()
  const taken = new Set(preview.headers.map(({ column }) => column).filter(Boolean))
  const missing = new Set(preview.absent.filter(({ required }) => required).map(({ column }) => column))
  const set = (header: string, value: string) => onHeaders({ ...headers, [header]: value === NONE ? null : value })
  return (
    <details className="mapping" open>
      <summary>{t('preview.mapping')}</summary>
      <div className="table-holder" tabIndex={0} role="region" aria-label={t('preview.mapping')}>
        <table className="plain-table mapping-table">
          <thead>
            <tr>
              <th scope="col">{t('preview.header')}</th>
              <th scope="col">{t('preview.column')}</th>
              <th scope="col">{t('preview.example')}</th>
            </tr>
          </thead>
          <tbody>
            {preview.headers.map(({ header, column, given }, place) => (
              <tr key={`${place}/${header}`} className={column ? '' : 'unclaimed'}>
                <th scope="row">
                  <Raw text={header} />
                </th>
                <td>
                  <Select
                    size="small"
                    className="mapping-select"
                    aria-label={t('preview.column-of', { header })}
                    value={column ?? NONE}
                    onChange={(value: string) => set(header, value)}
                    showSearch={{ optionFilterProp: 'label' }}
                    options={[
                      { value: NONE, label: t('preview.no-column') },
                      ...columns.map(({ name, title }) => ({
                        value: name,
                        label: `${title} ${name}${missing.has(name) ? ` · ${t('field.required')}` : ''}`,
                        disabled: taken.has(name) && name !== column,
                      })),
                    ]}
                  />
                  {given && <span className="hint"> {t('preview.by-hand')}</span>}
                </td>
                <td>
                  <span className="clip">
                    <Raw text={preview.rows.map(({ cells }) => cells[place]).find((cell) => cell) ?? '—'} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {missing.size > 0 && (
        <p className="note note-warning">
          {t('preview.missing')} {columns.filter(({ name }) => missing.has(name)).map(({ title }) => title).join(t('app.comma'))}
        </p>
      )}
    </details>
  )
}

interface RowsProps {
  preview: Preview
  titles: Map<string, string>
  /** Given when the row that was taken for the header does not seem to be it. */
  onHeaderRow: ((row: number) => void) | undefined
}

function Rows({ preview, titles, onHeaderRow }: RowsProps) {
  const { t } = useTranslation()
  return (
    <details open={onHeaderRow !== undefined}>
      <summary>{t('preview.rows', { count: preview.rows.length })}</summary>
      <div className="table-holder" tabIndex={0} role="region" aria-label={t('preview.rows', { count: preview.rows.length })}>
        <table className="plain-table preview-rows">
          <thead>
            <tr>
              <th scope="col">{t('quarantine.row')}</th>
              {preview.headers.map(({ header, column }, place) => (
                <th key={`${place}/${header}`} scope="col">
                  {column ? (titles.get(column) ?? column) : <span className="hint"><Raw text={header} /></span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map(({ row, cells, fault }) => (
              <tr key={row} className={fault ? 'differs' : ''}>
                <th scope="row" className="num">
                  {row}
                  {onHeaderRow && (
                    <Button size="small" type="link" aria-label={t('preview.header-here-row', { row })} onClick={() => onHeaderRow(row)}>
                      {t('preview.header-here')}
                    </Button>
                  )}
                </th>
                {cells.map((cell, place) => (
                  // Cells have no name but their place.
                  <td key={place}>{cell === null ? <span className="null">{t('cell.null')}</span> : <Raw text={cell} />}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
