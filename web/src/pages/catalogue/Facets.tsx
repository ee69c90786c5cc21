import Button from 'antd/es/button'
import Checkbox from 'antd/es/checkbox'
import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EntryPage, FacetValue } from '../../api/ledger'
import * as format from '../../kit/format'
import { useWords } from '../../kit/words'
import { type Facet, chosen, facets } from './address'

interface Props {
  counts: EntryPage['facets']
  address: URLSearchParams
  set: (facet: Facet, values: string[]) => void
}

const SHOWN = 8
/** The word of the program for what nobody has filled in. */
const UNSET = 'unset'
/** Facets whose values are words of a closed list; the others are names. */
const LISTS: Partial<Record<Facet, string>> = {
  status: 'status', sharing: 'sharing', opening: 'opening', grade: 'grade', refresh: 'refresh', origin: 'origin', fresh: 'fresh', kind: 'kind',
}

export function Facets({ counts, address, set }: Props) {
  const shown = facets.filter((facet) => (counts[facet]?.length ?? 0) > 0 || chosen(address, facet).length > 0)
  return (
    <>
      {shown.map((facet, place) => (
        <Fragment key={facet}>
          {place > 0 && <div className="facet-line" />}
          <FacetList facet={facet} counts={counts[facet] ?? []} chosen={chosen(address, facet)} set={(values) => set(facet, values)} />
        </Fragment>
      ))}
    </>
  )
}

interface ListProps {
  facet: Facet
  counts: FacetValue[]
  chosen: string[]
  set: (values: string[]) => void
}

function FacetList({ facet, counts, chosen: values, set }: ListProps) {
  const { t, i18n } = useTranslation()
  const { word } = useWords()
  const [isWhole, setWhole] = useState(false)
  const gone = values.filter((value) => !counts.some((one) => one.value === value)).map<FacetValue>((value) => ({ value, count: 0 }))
  const all = [...counts, ...gone]
  const shown = isWhole ? all : all.filter(({ value }, place) => place < SHOWN || values.includes(value))
  const name = ({ value, title }: Omit<FacetValue, 'count'>) => {
    if (title) return title
    if (value === UNSET) return t(facet === 'fresh' ? 'facet.no-limit' : 'facet.unset')
    if (facet === 'point') return t('packs.point', { point: value })
    return LISTS[facet] ? word(LISTS[facet], value) : value
  }
  return (
    <fieldset className="facet">
      <legend>{t(`facet.${facet}`)}</legend>
      <Checkbox.Group value={values} onChange={set}>
        <ul>
          {shown.map(({ value, count, title }) => (
            <li key={value}>
              <Checkbox value={value}>{name({ value, title })}</Checkbox>
              <span className="num hint">{format.short(count, i18n.language)}</span>
            </li>
          ))}
        </ul>
      </Checkbox.Group>
      {all.length > SHOWN && (
        <Button type="link" size="small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)} className="facet-more">
          {isWhole ? t('facet.fewer') : t('facet.all', { count: all.length })}
        </Button>
      )}
    </fieldset>
  )
}
