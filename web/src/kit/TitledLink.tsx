import { Code, DatasetLink } from './Text'
import { useDatasetTitles } from './useDatasetTitles'

/** A dataset by its title, with its id below, where only the id is at hand. */
export function TitledLink({ id }: { id: string }) {
  const title = useDatasetTitles().get(id)
  return (
    <div className="two-lines">
      <DatasetLink id={id} title={title ?? id} />
      {title && <Code>{id}</Code>}
    </div>
  )
}
