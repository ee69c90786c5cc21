import { type ReactNode, useLayoutEffect, useRef } from 'react'
import type { Slot } from '../api/boards'

interface Props {
  slot: Slot
  className: string
  label: string
  children: ReactNode
}

/** A block at its place of the grid. Places are data, so they are set as variables and not written as styles. */
export function Placed({ slot, className, label, children }: Props) {
  const place = useRef<HTMLElement>(null)
  const { x, y, w, h } = slot
  useLayoutEffect(() => {
    const style = place.current?.style
    for (const [name, value] of [['--x', x + 1], ['--y', y + 1], ['--w', w], ['--h', h]] as const) style?.setProperty(name, String(value))
  }, [x, y, w, h])
  return (
    <section ref={place} className={className} aria-label={label} data-low={h === 1 ? 'yes' : undefined} data-narrow={w <= 2 ? 'yes' : undefined}>
      {children}
    </section>
  )
}
