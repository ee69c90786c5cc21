import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'

export interface Tab {
  key: string
  label: string
  render: () => ReactNode
}

interface Props {
  label: string
  tabs: Tab[]
  active: string
  onChange: (key: string) => void
}

/** A tab that is scrolled to leaves this much of its neighbour in sight. */
const EDGE = 40

/** Tabs by the pattern of WAI-ARIA: arrows move, one stop of the Tab key. Those of the kit put a button into the list
 * where they overflow, which a list of tabs may not have; these scroll. */
export function Tabs({ label, tabs, active, onChange }: Props) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const open = tabs.find((tab) => tab.key === active) ?? tabs[0]
  // A label that becomes longer, by what it counts, moves those behind it.
  const labels = tabs.map((tab) => tab.label).join()
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>('[aria-selected=true]')
    if (!list.current || !tab) return
    const right = tab.offsetLeft + tab.offsetWidth + EDGE
    const { scrollLeft, clientWidth } = list.current
    if (right > scrollLeft + clientWidth) list.current.scrollLeft = right - clientWidth
    else if (tab.offsetLeft - EDGE < scrollLeft) list.current.scrollLeft = tab.offsetLeft - EDGE
  }, [active, labels])
  const pressed = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab === open)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length]
    if (!next) return
    event.preventDefault()
    onChange(next.key)
    list.current?.querySelector<HTMLElement>(`[data-key="${next.key}"]`)?.focus()
  }
  if (!open) return null
  return (
    <div className="tabs">
      <div ref={list} role="tablist" aria-label={label} className="tab-list no-print" onKeyDown={pressed}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            data-key={tab.key}
            aria-selected={tab === open}
            aria-controls={tab === open ? `${id}-panel` : undefined}
            tabIndex={tab === open ? 0 : -1}
            onClick={() => onChange(tab.key)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${open.key}`}>
        {open.render()}
      </div>
    </div>
  )
}
