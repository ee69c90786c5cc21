import { useSyncExternalStore } from 'react'

const query = 'screen and (max-width: 767px)'

/** Whether the window is that of a phone. Paper is as wide as a desk. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches)
}

function subscribe(changed: () => void): () => void {
  const list = window.matchMedia(query)
  list.addEventListener('change', changed)
  return () => list.removeEventListener('change', changed)
}
