import { type ReactNode, Suspense, lazy, useState } from 'react'
import { TrailContext, type TrailWish } from '../kit/trail'

const TrailDrawer = lazy(async () => ({ default: (await import('./TrailDrawer')).TrailDrawer }))

/** Around all pages: any number of a metric opens its trail here. */
export function TrailPlace({ children }: { children: ReactNode }) {
  const [wish, setWish] = useState<TrailWish>()
  return (
    <TrailContext value={setWish}>
      {children}
      {wish && (
        <Suspense>
          <TrailDrawer wish={wish} onClose={() => setWish(undefined)} />
        </Suspense>
      )}
    </TrailContext>
  )
}
