import type { DatasetLine, Source } from '../../api/types'
import { likeness } from '../../kit/search'

/** A name must share at least this much with a title before a dataset is proposed. */
const ENOUGH = 3

/** The dataset that a file is most likely for, by its name. */
export function suggested(file: string, datasets: DatasetLine[]): DatasetLine | undefined {
  const ranked = datasets
    .map((line) => ({ line, alike: Math.max(likeness(file, line.title), file.includes(line.id) ? 99 : 0) }))
    .sort((one, other) => other.alike - one.alike)
  const [best, second] = ranked
  return best && best.alike >= ENOUGH && best.alike > (second?.alike ?? 0) ? best.line : undefined
}

/** Rows that a preview shows at most: a file of which it shows fewer has no more. */
const SHOWN = 20

/**
 * What a file in the place of all rows takes away: how many rows there are, and how many of them go at least, where the file
 * is so short that all of it is known. That most of them go is seldom meant.
 */
export function replaced(rows: number, shown: number | undefined): { rows: number; gone?: number; isMost: boolean } | undefined {
  if (rows === 0) return undefined
  if (shown === undefined || shown >= SHOWN) return { rows, isMost: false }
  const gone = Math.max(0, rows - shown)
  return { rows, gone, isMost: gone * 2 >= rows && gone > 0 }
}

/** How the dataset is usually delivered; without a source, in the way that takes nothing away. */
export function defaultMode(sources: Source[], dataset: string): string {
  return sources.find((source) => source.dataset === dataset)?.mode ?? 'upsert'
}
