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

/** How the dataset is usually delivered; without a source, in the way that takes nothing away. */
export function defaultMode(sources: Source[], dataset: string): string {
  return sources.find((source) => source.dataset === dataset)?.mode ?? 'upsert'
}
