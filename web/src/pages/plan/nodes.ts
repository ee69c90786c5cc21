import type { PlanEdit, PlanNode } from '../../api/plans'
import { isDay, numberOf } from './figure'
import { type Said, itemEdit } from './tasks'

/** A node while it is being written. */
export interface NodeForm {
  title: string
  due: string
  deliverable: string
  /** How much of the target is to be reached by then, in percent; empty where that is not said. */
  share: string
}

/** A part of a target in percent, with as many digits as are written. */
export const percentOf = (share: number) => Number((share * 100).toFixed(4))

export type NodeFault = 'title' | 'due' | 'share'

export function toNodeForm(node: PlanNode | undefined): NodeForm {
  return {
    title: node?.title ?? '',
    due: node?.due ?? '',
    deliverable: node?.deliverable ?? '',
    share: typeof node?.share === 'number' ? String(percentOf(node.share)) : '',
  }
}

function saidOf(form: NodeForm): Said {
  const percent = numberOf(form.share)
  return {
    title: form.title.trim(),
    due: form.due.trim(),
    deliverable: form.deliverable.trim() || null,
    share: percent === undefined ? null : percent / 100,
  }
}

/** The edit that makes the node what the form says, or adds it to its task. */
export const nodeEdit = (node: PlanNode | undefined, task: string, form: NodeForm): PlanEdit | undefined =>
  itemEdit(node && `node/${node.id}`, `task/${task}`, saidOf(form), saidOf(toNodeForm(node)))

/** What the program would refuse. */
export function faultsOfNode(form: NodeForm): NodeFault[] {
  const percent = numberOf(form.share)
  const isPercent = percent !== undefined && percent >= 0 && percent <= 100
  const faults: NodeFault[] = []
  if (form.title.trim() === '') faults.push('title')
  if (!isDay(form.due.trim())) faults.push('due')
  if (form.share.trim() !== '' && !isPercent) faults.push('share')
  return faults
}

/** What is to be said of the day on which a node was finished, before it is sent. */
export interface Finishing {
  /** No day, or one that has not come. */
  fault: 'wrong' | 'ahead' | undefined
  /** A day before today is shown by documents. */
  needsFiles: boolean
  /** The day after which it is finished late, where that is so. */
  lateAfter: string | undefined
}

export function finishOf(node: Pick<PlanNode, 'due' | 'standing'>, on: string, today: string, files: number): Finishing {
  if (!isDay(on)) return { fault: 'wrong', needsFiles: false, lateAfter: undefined }
  // A date that lies on a day of rest may end on a later one.
  const due = node.standing?.due.day ?? node.due
  return { fault: on > today ? 'ahead' : undefined, needsFiles: on < today && files === 0, lateAfter: on > due && on <= today ? due : undefined }
}
