import type { Explained } from '../../api/explain'

type Flow = Pick<Explained['lineage']['columns'][number], 'name' | 'from'>

/** What the columns of an answer are called that are columns of datasets as they stand there. Two of one name are called by it alone. */
export function columnTitles(columns: readonly Flow[], titleOf: (dataset: string, column: string) => string | undefined): Map<string, string> {
  const titles = new Map<string, string>()
  for (const { name, from } of columns) {
    const [source, ...others] = from.filter(({ kind }) => kind === 'copied')
    const title = source && others.length === 0 && from.length === 1 ? titleOf(source.dataset, source.column) : undefined
    const isAlone = columns.filter((one) => one.name === name).length === 1
    if (title && isAlone) titles.set(name, title)
  }
  return titles
}
