import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { ProblemPanel } from './Problem'
import { exportFile } from './export'

/** Takes every row of a question away as a workbook of the program, with its reader and its receipt. */
export function FileButton({ sql }: { sql: string }) {
  const { t } = useTranslation()
  const take = useMutation({ mutationFn: () => exportFile(sql, {}, 'xlsx', new AbortController().signal) })
  return (
    <>
      {take.isSuccess && (
        <span role="status">
          {t('query.exported', { receipt: take.data.receipt })} {take.data.hidden > 0 && t('query.exported-hidden', { count: take.data.hidden })}
        </span>
      )}
      {take.isError && <ProblemPanel error={take.error} doing={t('export.excel')} />}
      <Button loading={take.isPending} onClick={() => take.mutate()} className="no-print">
        {t('export.excel')}
      </Button>
    </>
  )
}
