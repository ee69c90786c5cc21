import type { LampState } from '../../kit/lamp'

export const BEARINGS = ['higher', 'lower', 'same', 'nothing'] as const
export const STATUSES = ['open', 'confirmed', 'changed', 'rejected', 'superseded', 'withdrawn'] as const

/** What is stricter than the present grade is looked at first. */
export const LAMPS: Record<string, LampState> = { higher: 'due', lower: 'made-up', same: 'good', nothing: 'absent' }
