import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

/**
 * How many lines are shown of a list where not all have room: one less than fit, so that the last one can say how many others there are.
 * That line is needed too where the list at hand is a part of a longer one.
 */
export function fitting(count: number, height: number, line: number, isPart = false): number {
  if (line <= 0 || height <= 0) return count
  const fit = Math.floor((height + 1) / line)
  return count + Number(isPart) <= fit ? count : Math.max(1, Math.min(count, fit - 1))
}

/**
 * How many lines of a list have room. Where it can be scrolled that is all of them; on a wall, where nobody scrolls, those that
 * are seen whole. Lines are of one height.
 */
export function useRoom<T extends HTMLElement>(count: number, isPart: boolean, lines: string, head?: string): [RefObject<T | null>, number] {
  const place = useRef<T>(null)
  const [shown, setShown] = useState(count)
  useLayoutEffect(() => {
    const holder = place.current
    if (!holder) return
    const measure = () => {
      const isFixed = getComputedStyle(holder).overflowY === 'hidden'
      const line = holder.querySelector<HTMLElement>(lines)?.getBoundingClientRect().height ?? 0
      const over = head ? (holder.querySelector<HTMLElement>(head)?.getBoundingClientRect().height ?? 0) : 0
      setShown(isFixed ? fitting(count, holder.clientHeight - over, line, isPart) : count)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(holder)
    return () => observer.disconnect()
  }, [count, isPart, lines, head])
  return [place, Math.min(shown, count)]
}
