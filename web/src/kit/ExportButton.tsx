import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Cell } from '../api/types'
import { now } from './clock'
import * as format from './format'
import { save } from './save'
import { useSession } from './useSession'

interface Props {
  name: string
  columns: string[]
  /** The rows when the button is pressed; they may have to be fetched. */
  rows: () => Cell[][] | Promise<Cell[][]>
  size?: 'small'
}

/** Saves a table as a workbook that says who took it and when. */
export function ExportButton({ name, columns, rows, size }: Props) {
  const { t } = useTranslation()
  const session = useSession()
  const [isBusy, setBusy] = useState(false)
  const take = async () => {
    setBusy(true)
    try {
      const { workbook } = await import('./xlsx')
      const at = format.time(new Date(now()), true)
      const stamp = [t('export.stamp', { name, who: session.name, at })]
      save(workbook({ name, columns, rows: await rows(), stamp }), `${name}_${at.replaceAll(/[-: ]/g, '')}.xlsx`)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button loading={isBusy} onClick={() => void take()} className="no-print" {...(size && { size })}>
      {t('export.excel')}
    </Button>
  )
}
