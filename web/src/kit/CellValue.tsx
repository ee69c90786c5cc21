import type { ReactNode } from 'react'
import { type HiddenColumn, HiddenSign } from './HiddenSign'

interface Props {
  /** What is known of the column, where its values are not shown as they are. */
  masked: HiddenColumn | undefined
  /** Nothing is left of the value. */
  isEmpty: boolean
  /** The first of its column, at which the Tab key stops. */
  isFirst: boolean
  onWhy: (column: HiddenColumn) => void
  children?: ReactNode
}

/** A cell. One whose value is masked or withheld says so, with the way to why and to asking for it. */
export function CellValue({ masked, isEmpty, isFirst, onWhy, children }: Props) {
  return (
    <span className="cell-value">
      {!isEmpty && <span className="clip-cell">{children}</span>}
      {masked && <HiddenSign column={masked} isEmpty={isEmpty} isFirst={isFirst} onOpen={() => onWhy(masked)} />}
    </span>
  )
}
