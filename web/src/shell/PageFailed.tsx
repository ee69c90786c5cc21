import { useRouteError } from 'react-router'
import { ProblemPanel } from '../kit/Problem'

/** A page that threw, or whose code could not be fetched, which most often means a newer version of the program. */
export function PageFailed() {
  const error = useRouteError()
  return (
    <div className="page">
      <ProblemPanel error={error} retry={() => window.location.reload()} />
    </div>
  )
}
