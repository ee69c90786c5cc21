import { type ReactNode, Suspense, lazy, useState } from 'react'
import type { HiddenColumn } from './HiddenSign'

const HiddenDialog = lazy(() => import('./HiddenDialog'))

/** Lays over the page why the values of a column are hidden, and how to ask for them. */
export function useWhyDialog(): { tellWhy: (column: HiddenColumn) => void; dialog: ReactNode } {
  const [column, tellWhy] = useState<HiddenColumn>()
  const dialog = column && (
    <Suspense>
      <HiddenDialog title={column.title} fields={column.fields} onClose={() => tellWhy(undefined)} />
    </Suspense>
  )
  return { tellWhy, dialog }
}
