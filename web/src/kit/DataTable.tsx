import Button from 'antd/es/button'
import Table, { type TableProps } from 'antd/es/table'
import { type Key, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNarrow } from './useNarrow'

/** Columns as data. On a phone a row is a card: its first column is the head, the others are lines with their titles. */
export interface Column<T> {
  key: string
  title: ReactNode
  render: (row: T) => ReactNode
  align?: 'left' | 'right'
  width?: number | string
  sort?: (one: T, other: T) => number
  /** Left out of the card on a phone. */
  onlyWide?: boolean
  /** Takes the whole width of the card on a phone. */
  full?: boolean
  /** What may be done with a row: stays in sight where the table is wider than its place. */
  pinned?: boolean
}

export interface Sort {
  key: string
  order: 'ascend' | 'descend'
}

interface Props<T> {
  label: string
  columns: Column<T>[]
  rows: readonly T[]
  rowKey: (row: T) => Key
  empty: ReactNode
  dense?: boolean
  sort?: Sort | undefined
  onSort?: (sort: Sort | undefined) => void
  selection?: TableProps<T>['rowSelection']
  expand?: { title: string; render: (row: T) => ReactNode; can?: (row: T) => boolean }
  /** Rows that are shown at once: of a table by pages, of cards until more are asked for. */
  pageSize?: number
  /** Columns are as wide as they say, so that those of tables below each other begin at the same place. */
  fixed?: boolean
  /** A table wider than its place scrolls in itself. */
  wide?: boolean
  /** Cards at any width. */
  asCards?: boolean
  rowClass?: (row: T) => string
}

export function DataTable<T extends object>(props: Props<T>) {
  const isNarrow = useNarrow()
  if (props.rows.length === 0) return <>{props.empty}</>
  return props.asCards || (isNarrow && !props.wide) ? <Cards {...props} /> : <Grid {...props} />
}

function Grid<T extends object>(props: Props<T>) {
  const holder = useRef<HTMLDivElement>(null)
  // A region that scrolls must be within reach of the keyboard.
  useEffect(() => {
    const scrolling = holder.current
    if (!scrolling) return
    scrolling.querySelector('table')?.setAttribute('aria-label', props.label)
    const mark = () => {
      const scrolls = scrolling.scrollWidth > scrolling.clientWidth
      scrolling.toggleAttribute('data-scrolls', scrolls)
      if (scrolls) {
        scrolling.tabIndex = 0
        scrolling.setAttribute('role', 'region')
        scrolling.setAttribute('aria-label', props.label)
      } else {
        scrolling.removeAttribute('tabindex')
        scrolling.removeAttribute('role')
        scrolling.removeAttribute('aria-label')
      }
    }
    mark()
    const observer = new ResizeObserver(mark)
    observer.observe(scrolling)
    return () => observer.disconnect()
  })
  return (
    <div ref={holder} className={`table-holder ${props.wide ? 'table-wide' : ''} ${props.fixed ? 'table-fixed' : ''}`}>
      <Table<T>
        size={props.dense ? 'small' : 'middle'}
        {...(props.fixed && { tableLayout: 'fixed' })}
        rowKey={props.rowKey}
        dataSource={props.rows as T[]}
        pagination={
          props.pageSize && props.rows.length > props.pageSize
            ? { pageSize: props.pageSize, showSizeChanger: false, size: 'small' }
            : false
        }
        {...(props.selection && { rowSelection: props.selection })}
        {...(props.expand && {
          expandable: {
            expandedRowRender: props.expand.render,
            rowExpandable: props.expand.can ?? (() => true),
          },
        })}
        {...(props.rowClass && { rowClassName: props.rowClass })}
        sortDirections={['ascend', 'descend']}
        showSorterTooltip={false}
        onChange={(_, __, sorter) => {
          if (!props.onSort || Array.isArray(sorter)) return
          props.onSort(sorter.order ? { key: String(sorter.columnKey), order: sorter.order } : undefined)
        }}
        columns={props.columns.map((column) => ({
          key: column.key,
          title: column.title,
          render: (_: unknown, row: T) => column.render(row),
          ...(column.align && { align: column.align }),
          ...(column.pinned && { className: 'cell-pinned' }),
          ...(column.width !== undefined && { width: column.width }),
          ...(column.sort && {
            sorter: column.sort,
            ...(props.onSort && { sortOrder: props.sort?.key === column.key ? props.sort.order : null }),
          }),
        }))}
      />
    </div>
  )
}

function Cards<T extends object>(props: Props<T>) {
  const { t } = useTranslation()
  const [pages, setPages] = useState(1)
  const [head, ...lines] = props.columns.filter((column) => !column.onlyWide)
  const sort = props.columns.find((column) => column.key === props.sort?.key)?.sort
  const rows = sort
    ? [...props.rows].sort((one, other) => (props.sort?.order === 'descend' ? -sort(one, other) : sort(one, other)))
    : props.rows
  const most = (props.pageSize ?? rows.length) * pages
  const selected = props.selection?.selectedRowKeys ?? []
  return (
    <>
      <ul className={props.asCards ? 'cards cards-grid' : 'cards'} aria-label={props.label}>
        {rows.slice(0, most).map((row) => {
          const key = props.rowKey(row)
          return (
            <li key={key} className={`card ${props.rowClass?.(row) ?? ''}`}>
              <div className="card-head">
                {props.selection && (
                  <input
                    type="checkbox"
                    {...checkboxProps(props.selection, row)}
                    checked={selected.includes(key)}
                    onChange={(event) => {
                      const now = event.target.checked ? [...selected, key] : selected.filter((other) => other !== key)
                      props.selection?.onChange?.(now, [], { type: 'single' })
                    }}
                  />
                )}
                <div className="card-title">{head?.render(row)}</div>
              </div>
              <dl>
                {lines.map((column) => (
                  <div key={column.key} {...(column.full && { className: 'card-full' })}>
                    <dt>{column.title}</dt>
                    <dd>{column.render(row)}</dd>
                  </div>
                ))}
              </dl>
              {props.expand && (props.expand.can?.(row) ?? true) && (
                <details className="card-more">
                  <summary>{props.expand.title}</summary>
                  {props.expand.render(row)}
                </details>
              )}
            </li>
          )
        })}
      </ul>
      {rows.length > most && (
        <p className="more no-print">
          <Button onClick={() => setPages(pages + 1)}>{t('action.more')}</Button>
        </p>
      )}
    </>
  )
}

function checkboxProps<T>(selection: NonNullable<TableProps<T>['rowSelection']>, row: T) {
  const given = selection.getCheckboxProps?.(row)
  return { disabled: given?.disabled, 'aria-label': given?.['aria-label' as keyof typeof given] as string | undefined }
}
