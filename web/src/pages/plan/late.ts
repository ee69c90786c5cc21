import type { LateItem } from '../../api/plans'

/** Matters that are shown at once without being folded. */
const MOST_OPEN = 30

/** The matters that one office answers for. */
export interface LateOffice {
  /** Absent while nobody leads them. */
  unit: string | undefined
  items: LateItem[]
  /** Days behind the date of what is most behind; none where nothing is late. */
  longest: number | undefined
}

/** By office, in the order of the list: whose matter is most behind comes first. */
export function byOffice(items: LateItem[]): LateOffice[] {
  const offices = new Map<string, LateItem[]>()
  for (const item of items) {
    const unit = item.unit ?? ''
    offices.set(unit, [...(offices.get(unit) ?? []), item])
  }
  return [...offices].map(([unit, own]) => {
    const least = Math.min(...own.map((item) => item.days_left))
    return { unit: unit || undefined, items: own, longest: least < 0 ? -least : undefined }
  })
}

/** A list that is read at a glance stands open; in a long one each office is opened when it is wanted. */
export const isOpen = (items: LateItem[]) => items.length <= MOST_OPEN

const isNode = (item: string) => item.startsWith('node/')

/** What is late, with the task that a node is a step of. */
export const nameOf = (item: LateItem) => (isNode(item.item) && item.task_title ? `${item.task_title} · ${item.title}` : item.title)

/** `节点 1.2.1`, where its word is told. */
export function itemOf(item: string, word: (kind: string) => string): string {
  const [kind = '', key = ''] = item.split('/')
  return `${word(kind)} ${key}`
}
