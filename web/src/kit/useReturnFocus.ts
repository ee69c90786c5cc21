import { useEffect, useRef, useState } from 'react'

/**
 * Gives the focus back to where it was when a dialog that is taken away closes, or to the heading of the page when that
 * thing is gone. `stay` keeps it from doing so, for a dialog that leads somewhere else.
 */
export function useReturnFocus(): { stay: () => void } {
  const [from] = useState(() => document.activeElement)
  const isOpen = useRef(false)
  const isLeaving = useRef(false)
  useEffect(() => {
    isOpen.current = true
    return () => {
      isOpen.current = false
      requestAnimationFrame(() => {
        if (isOpen.current || isLeaving.current) return
        const isThere = (from instanceof HTMLElement || from instanceof SVGElement) && from.isConnected && from !== document.body
        const target = isThere ? from : document.querySelector<HTMLElement>('main h1')
        target?.focus({ preventScroll: true })
      })
    }
  }, [from])
  return { stay: () => (isLeaving.current = true) }
}
