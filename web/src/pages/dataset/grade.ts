import type { Lineage } from '../../api/lineage'
import { GRADES } from '../../kit/grades'
import { columnOf, datasetOf, isDirect } from '../lineage/layout'

/** From the freest to the strictest. */
const ORDER: readonly string[] = GRADES

export function isStricter(one: string | null | undefined, other: string | null | undefined): boolean {
  return ORDER.indexOf(one ?? '') > ORDER.indexOf(other ?? '')
}

/** The strictest grade of the columns whose values flow into each column of the root, and which one it is. */
export function grades(graph: Lineage): Map<string, { grade: string; from: string }> {
  const known = new Map<string, string | null | undefined>(graph.nodes.flatMap((node) => (node.columns ?? []).map((column) => [`${node.id}.${column.name}`, column.grade] as const)))
  const found = new Map<string, { grade: string; from: string }>()
  for (const { from, to, kind } of graph.edges) {
    const column = columnOf(to)
    const grade = known.get(from)
    if (!column || !grade || datasetOf(to) !== datasetOf(graph.root) || !isDirect([kind])) continue
    if (isStricter(grade, found.get(column)?.grade)) found.set(column, { grade, from })
  }
  return found
}
