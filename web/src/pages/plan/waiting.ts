import type { PlanChange, PlanEvidence } from '../../api/plans'

const isWaiting = ({ state }: Pick<PlanEvidence, 'state'>) => state === 'submitted'

/** How much evidence nobody has looked at yet. */
export const waitingEvidence = (list: Pick<PlanEvidence, 'state'>[] | undefined): number => (list ?? []).filter(isWaiting).length

/** How many changes nobody has decided about yet. */
export const waitingChanges = (list: Pick<PlanChange, 'state'>[] | undefined): number => (list ?? []).filter(({ state }) => state === 'requested').length

/** What waits comes before what was decided; each as it came. */
export const waitingFirst = <T extends Pick<PlanEvidence, 'state'>>(list: T[]): T[] => [...list.filter(isWaiting), ...list.filter((one) => !isWaiting(one))]
